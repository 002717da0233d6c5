import clsx from "clsx";
import { useState } from "react";
import type { DataCheck, LastBuild } from "../api/queries";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { formatAge, formatMoment } from "../format/date";
import { checkTitle, countByStatus, foundLabel, sourceName, STATUSES, type Suite } from "./checks";
import { DayStrip } from "./DayStrip";
import { StatusBadge } from "./StatusBadge";

const SHOWN_AT_FIRST = 8;
const HEAD = "px-2 py-2 font-medium";
const CELL = "px-2 py-3 align-top";

interface SuiteProps {
  suite: Suite;
  lastBuild: LastBuild | null;
  timezone: string;
}

function Facts({ check }: { check: DataCheck }) {
  const facts = [
    check.asset,
    sourceName(check.source),
    check.is_blocking ? "a failure stops the build" : "only warns",
    check.is_by_project ? undefined : "of all projects",
  ];
  return <span className="mt-1 block text-xs text-muted">{facts.filter((fact) => fact !== undefined).join(" · ")}</span>;
}

function Found({ check }: { check: DataCheck }) {
  return (
    <>
      <span className={clsx("block tabular-nums", check.status === "passed" ? "text-ink" : "font-semibold text-ink")}>
        {foundLabel(check)}
      </span>
      <span className="block text-xs text-muted">expected 0</span>
    </>
  );
}

function Checked({ check, lastBuild, timezone }: { check: DataCheck } & Omit<SuiteProps, "suite">) {
  return (
    <>
      <time dateTime={check.checked_at} title={formatMoment(check.checked_at, timezone)} className="block whitespace-nowrap tabular-nums">
        {formatAge(check.checked_at)}
      </time>
      <span title={check.run_id} className="block font-mono text-xs text-muted">
        {check.run_id.slice(0, 8)}
      </span>
      {check.run_id !== lastBuild?.run_id && <span className="block text-xs whitespace-nowrap text-caution">not in the last build</span>}
    </>
  );
}

function CheckRow({ check, ...build }: { check: DataCheck } & Omit<SuiteProps, "suite">) {
  return (
    <tr className="border-t border-line" data-check={check.name} data-asset={check.asset}>
      <td className={clsx(CELL, "pl-5")}>
        <StatusBadge status={check.status} />
      </td>
      <th scope="row" className={clsx(CELL, "w-full max-w-0 text-left font-normal")}>
        <span className="block font-medium break-words text-ink">{check.description || checkTitle(check)}</span>
        {check.error !== null && (
          <span className="mt-1 line-clamp-3 block font-mono text-xs break-words text-fall" title={check.error}>
            {check.error}
          </span>
        )}
        <span className="mt-1 block font-mono text-xs break-all text-soft">{check.name}</span>
        <Facts check={check} />
        <DayStrip days={check.history} className="mt-2 flex md:hidden" />
      </th>
      <td className={clsx(CELL, "text-right whitespace-nowrap")}>
        <Found check={check} />
      </td>
      <td className={clsx(CELL, "hidden md:table-cell")}>
        <DayStrip days={check.history} className="flex" />
      </td>
      <td className={clsx(CELL, "hidden pr-5 text-right sm:table-cell")}>
        <Checked check={check} {...build} />
      </td>
    </tr>
  );
}

function summary(checks: DataCheck[]): string {
  const counts = countByStatus(checks);
  return STATUSES.filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${status}`)
    .join(" · ");
}

/** The checks of a suite; of a long list the first ones, and all that did not pass. */
export function SuiteCard({ suite, ...build }: SuiteProps) {
  const [showsAll, setShowsAll] = useState(false);
  const notPassed = suite.checks.filter((check) => check.status !== "passed").length;
  const shown = showsAll ? suite.checks : suite.checks.slice(0, Math.max(SHOWN_AT_FIRST, notPassed));
  return (
    <Card title={suite.title} actions={<p className="text-xs text-muted tabular-nums">{summary(suite.checks)}</p>}>
      <table className="mb-2 w-full text-sm">
        <thead className="text-xs text-muted">
          <tr>
            <th scope="col" className={clsx(HEAD, "pl-5 text-left")}>
              Outcome
            </th>
            <th scope="col" className={clsx(HEAD, "text-left")}>
              What is checked
            </th>
            <th scope="col" className={clsx(HEAD, "text-right")}>
              Found
            </th>
            <th scope="col" className={clsx(HEAD, "hidden text-left whitespace-nowrap md:table-cell")}>
              Last 14 days
            </th>
            <th scope="col" className={clsx(HEAD, "hidden pr-5 text-right whitespace-nowrap sm:table-cell")}>
              Checked by
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((check) => (
            <CheckRow key={`${check.asset} ${check.name}`} check={check} {...build} />
          ))}
        </tbody>
      </table>
      {shown.length < suite.checks.length && (
        <div className="border-t border-line px-5 py-3">
          <Button kind="quiet" className="-ml-2.5" onClick={() => setShowsAll(true)}>
            Show all {suite.checks.length} checks
          </Button>
        </div>
      )}
    </Card>
  );
}
