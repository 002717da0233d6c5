import { useMemo } from "react";
import type { AskAnswer, ProjectSummary } from "../api/queries";
import { Chart } from "../charts/Chart";
import { Card } from "../components/Card";
import { CodeBlock } from "../components/CodeBlock";
import { formatAge } from "../format/date";
import { formatCell } from "../format/number";
import { Questions } from "./Questions";
import { grainOf, resultChart } from "./resultChart";
import { ResultTable } from "./ResultTable";

const SURE = 0.85;
const FAIRLY_SURE = 0.65;

function confidenceText(confidence: number): string {
  if (confidence >= SURE) return "High";
  return confidence >= FAIRLY_SURE ? "Medium" : "Low";
}

function Confidence({ value }: { value: number }) {
  const percent = Math.round(value * 100);
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden="true" className="h-1.5 w-16 overflow-hidden rounded-full bg-sunken">
        <span className="block h-full rounded-full bg-accent" style={{ width: `${percent}%` }} />
      </span>
      {confidenceText(value)} ({percent}%)
    </span>
  );
}

/** How the answer came about, so that it can be checked. */
function Provenance({ answer }: { answer: AskAnswer }) {
  const assumptions = answer.assumptions ?? [];
  return (
    <Card title="How this was answered">
      <dl className="grid gap-3 px-5 pb-5 text-sm">
        <div>
          <dt className="text-xs text-muted">Confidence</dt>
          <dd className="mt-0.5">
            <Confidence value={answer.confidence ?? 0} />
          </dd>
        </div>
        <div>
          <dt className="text-xs text-muted">Data as of</dt>
          <dd className="mt-0.5">{formatAge(answer.data_as_of)}</dd>
        </div>
        <div>
          <dt className="text-xs text-muted">Read by</dt>
          <dd className="mt-0.5">{answer.planner === "bedrock" ? "Amazon Bedrock" : "The local planner, nothing left this server"}</dd>
        </div>
        <div>
          <dt className="text-xs text-muted">Assumed</dt>
          <dd className="mt-0.5">
            {assumptions.length === 0 ? (
              "Nothing"
            ) : (
              <ul className="list-disc space-y-1 pl-4">
                {assumptions.map((assumption) => (
                  <li key={assumption}>{assumption}</li>
                ))}
              </ul>
            )}
          </dd>
        </div>
      </dl>
    </Card>
  );
}

function Figure({ answer, currency }: { answer: AskAnswer; currency: string }) {
  const spec = useMemo(() => resultChart(answer, currency), [answer, currency]);
  const { result, chart } = answer;
  if (spec !== undefined) return <Chart spec={spec} label={answer.restated ?? "Answer"} withTable={false} />;
  if (result == null || chart?.type !== "number") return null;
  const at = result.columns.findIndex((column) => column.name === chart.y?.[0]);
  const column = result.columns[at];
  if (column === undefined) return null;
  return (
    <p className="text-5xl font-semibold tracking-tight tabular-nums">
      {formatCell(result.rows[0]?.[at], { unit: column.unit, currency })}
    </p>
  );
}

function Answered({ answer, project }: { answer: AskAnswer; project: ProjectSummary }) {
  const { result, sql } = answer;
  return (
    <div className="grid gap-4 lg:grid-cols-3">
      <div className="flex min-w-0 flex-col gap-4 lg:col-span-2">
        <Card title={answer.restated ?? "Answer"}>
          <div className="px-5 pb-5">
            {answer.narrative != null && <p className="mb-4 text-[0.9375rem] leading-relaxed text-soft">{answer.narrative}</p>}
            <Figure answer={answer} currency={project.currency} />
          </div>
        </Card>
        {result != null && result.rows.length > 0 && (
          <Card title="Table">
            <ResultTable result={result} currency={project.currency} caption={answer.restated ?? "Answer"} grain={grainOf(answer)} />
          </Card>
        )}
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <Provenance answer={answer} />
        {sql != null && (
          <Card title="SQL" hint="What ran, limited to this project">
            <div className="px-5 pb-5">
              <CodeBlock label="SQL" code={sql} />
            </div>
          </Card>
        )}
      </div>
    </div>
  );
}

interface AnswerProps {
  answer: AskAnswer;
  project: ProjectSummary;
  onAsk: (question: string) => void;
}

export function Answer({ answer, project, onAsk }: AnswerProps) {
  switch (answer.outcome) {
    case "answered":
    case "answered_with_assumption":
      return <Answered answer={answer} project={project} />;
    case "needs_clarification":
      return (
        <Card title="Which of these do you mean?" hint={answer.reason ?? undefined}>
          <Questions questions={answer.options ?? []} onAsk={onAsk} className="px-5 pb-5" />
        </Card>
      );
    case "refused":
      return (
        <Card title="I can’t answer that" hint={answer.reason ?? "Nothing documented matches this question."}>
          <div className="px-5 pb-5">
            {(answer.options ?? []).length > 0 && <p className="mb-3 text-sm text-soft">What you can ask instead:</p>}
            <Questions questions={answer.options ?? []} onAsk={onAsk} />
          </div>
        </Card>
      );
  }
}
