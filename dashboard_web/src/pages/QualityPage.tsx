import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { type CheckStatus, type DataQuality, type ProjectSummary, qualityQuery } from "../api/queries";
import { Card } from "../components/Card";
import { NoProject } from "../components/NoProject";
import { ErrorNotice, Notice } from "../components/Notice";
import { Skeleton } from "../components/Skeleton";
import { formatAge, formatMoment } from "../format/date";
import { useProject } from "../project";
import { bySuite, countByStatus, matching } from "../quality/checks";
import { StatusFilter } from "../quality/StatusFilter";
import { SuiteCard } from "../quality/SuiteCard";
import type { QualitySearch } from "../search";

const PLACEHOLDERS = 3;

function Heading({ quality }: { quality: DataQuality | undefined }) {
  const build = quality?.last_build;
  return (
    <div>
      <h1 className="text-2xl font-semibold tracking-tight">Data quality</h1>
      <p className="mt-1 text-sm text-muted">
        What each build checks before its numbers are shown
        {build != null && quality !== undefined && (
          <>
            {" "}
            · last checked{" "}
            <time dateTime={build.checked_at} title={formatMoment(build.checked_at, quality.timezone)}>
              {formatAge(build.checked_at)}
            </time>{" "}
            by build{" "}
            <code title={build.run_id} className="font-mono text-xs">
              {build.run_id.slice(0, 8)}
            </code>
          </>
        )}
      </p>
    </div>
  );
}

function FindBox({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <div className="relative w-full sm:w-72">
      <Search aria-hidden="true" className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-muted" />
      <input
        type="search"
        aria-label="Find a check"
        placeholder="Check, table or suite"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-9 w-full rounded-lg border border-line-strong bg-surface pr-3 pl-9 text-sm text-ink placeholder:text-muted"
      />
    </div>
  );
}

function NotBuiltYet() {
  return (
    <Card title="No build has checked the data in the last 14 days" className="mt-6">
      <p className="max-w-3xl px-5 pb-5 text-sm text-soft">
        Checks run with each build: once an hour, and when somebody starts one with <code className="font-mono text-xs">analytics build</code>.
        Their outcomes show here as soon as the first one has ended.
      </p>
    </Card>
  );
}

function FailureNotice({ quality }: { quality: DataQuality }) {
  const { failed } = countByStatus(quality.checks);
  if (failed === 0) return null;
  return (
    <Notice>
      {failed === 1 ? "One check has failed" : `${failed} checks have failed`}. What depends on those tables was not built, so numbers
      may be older than the newest events until a build passes.
    </Notice>
  );
}

function Suites({ quality, search }: { quality: DataQuality; search: QualitySearch }) {
  const suites = bySuite(matching(quality.checks, search));
  if (suites.length === 0) {
    return <p className="rounded-xl border border-line bg-surface px-5 py-8 text-center text-sm text-soft">No check matches. Choose another outcome, or search for less.</p>;
  }
  return suites.map((suite) => (
    <SuiteCard key={suite.name} suite={suite} lastBuild={quality.last_build} timezone={quality.timezone} />
  ));
}

function LoadingSuites() {
  return Array.from({ length: PLACEHOLDERS }, (_, index) => <Skeleton key={index} className="h-56 !rounded-xl" />);
}

function QualityOf({ project }: { project: ProjectSummary }) {
  const search = useSearch({ from: "/app/quality" });
  const navigate = useNavigate({ from: "/quality" });
  const { data: quality, error, refetch } = useQuery(qualityQuery(project.id));

  const change = (changed: Partial<QualitySearch>) =>
    void navigate({ search: { ...search, ...changed }, replace: true, resetScroll: false });
  const select = (status: CheckStatus | undefined) => change({ status });

  return (
    <>
      <div className="flex flex-wrap items-end justify-between gap-4">
        <Heading quality={quality} />
        <FindBox value={search.find ?? ""} onChange={(find) => change({ find: find === "" ? undefined : find })} />
      </div>
      <div className="mt-4 flex flex-col gap-3 empty:hidden">
        {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {quality !== undefined && <FailureNotice quality={quality} />}
      </div>
      {quality?.checks.length === 0 ? (
        <NotBuiltYet />
      ) : (
        <>
          <StatusFilter checks={quality?.checks} selected={search.status} onSelect={select} />
          <div className="mt-4 flex flex-col gap-4">
            {quality === undefined ? <LoadingSuites /> : <Suites quality={quality} search={search} />}
          </div>
        </>
      )}
    </>
  );
}

export function QualityPage() {
  const project = useProject();
  return project === undefined ? <NoProject /> : <QualityOf key={project.id} project={project} />;
}
