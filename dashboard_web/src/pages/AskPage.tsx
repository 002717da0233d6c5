import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { askQuery, type ProjectSummary } from "../api/queries";
import { Answer } from "../ask/Answer";
import { QuestionForm } from "../ask/QuestionForm";
import { Questions } from "../ask/Questions";
import { NoProject } from "../components/NoProject";
import { ErrorNotice } from "../components/Notice";
import { Skeleton } from "../components/Skeleton";
import { useProject } from "../project";

const EXAMPLES = [
  "daily active users for the past 7 days",
  "top 5 pages by page views in the last 30 days",
  "sessions by country last week",
  "how many events yesterday",
];

function Working() {
  return (
    <div className="grid gap-4 lg:grid-cols-3" role="status">
      <span className="sr-only">Working on the answer</span>
      <Skeleton className="h-96 !rounded-xl lg:col-span-2" />
      <Skeleton className="h-60 !rounded-xl" />
    </div>
  );
}

function Ask({ project }: { project: ProjectSummary }) {
  const { q: question = "" } = useSearch({ from: "/app/ask" });
  const navigate = useNavigate({ from: "/ask" });
  const { data: answer, error, isFetching, refetch } = useQuery(askQuery(project.id, question));

  const ask = (asked: string) =>
    asked === question ? void refetch() : void navigate({ search: ({ project: id }) => ({ project: id, q: asked }) });

  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">Ask</h1>
      <p className="mt-1 text-sm text-muted">
        Answered from the documented metrics of {project.name} only, with the SQL shown. Days of {project.timezone}.
      </p>
      <QuestionForm key={question} className="mt-5 mb-5" initial={question} onAsk={ask} isBusy={isFetching} />
      <div aria-live="polite" aria-busy={isFetching}>
        {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {question === "" && (
          <div>
            <h2 className="mb-3 text-sm font-semibold">Try one of these</h2>
            <Questions questions={EXAMPLES} onAsk={ask} />
          </div>
        )}
        {question !== "" && answer === undefined && error === null && <Working />}
        {answer !== undefined && <Answer answer={answer} project={project} onAsk={ask} />}
      </div>
    </>
  );
}

export function AskPage() {
  const project = useProject();
  return project === undefined ? <NoProject /> : <Ask project={project} />;
}
