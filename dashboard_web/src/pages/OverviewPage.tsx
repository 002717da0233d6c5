import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type Overview, overviewQuery, type Period, type ProjectSummary } from "../api/queries";
import { DateRangePicker } from "../components/DateRangePicker";
import { FirstEventGuide } from "../components/FirstEventGuide";
import { NoProject } from "../components/NoProject";
import { ErrorNotice, Notice } from "../components/Notice";
import { Card } from "../components/Card";
import { formatAge, formatRange, zoneOffset } from "../format/date";
import { ConnectionState, LiveList } from "../live/LiveStrip";
import { useLiveFeed } from "../live/useLiveFeed";
import { AskBar } from "../overview/AskBar";
import { MetricTiles } from "../overview/MetricTiles";
import { TopEvents } from "../overview/TopEvents";
import { TrendCard } from "../overview/TrendCard";
import { useProject } from "../project";
import { latestDays, periodOf, searchOf } from "../search";

const LIVE_ROWS = 8;

function Heading({ project, overview }: { project: ProjectSummary; overview: Overview | undefined }) {
  return (
    <div>
      <h1 className="text-2xl font-semibold tracking-tight">Overview</h1>
      <p className="mt-1 text-sm text-muted">
        Days of {project.timezone} ({zoneOffset(project.timezone)})
        {overview?.data_as_of != null && <> · data as of {formatAge(overview.data_as_of)}</>}
      </p>
    </div>
  );
}

/** Says why the page shows other days than asked, or none. */
function PeriodNotice({ overview, onChange }: { overview: Overview; onChange: (period: Period) => void }) {
  const { range, recorded } = overview;
  if (overview.is_latest) {
    return (
      <Notice>
        The last 30 days hold no events, so this shows the latest that do: {formatRange(range.from, range.to)}.
      </Notice>
    );
  }
  if (recorded == null || overview.top_events.length > 0) return null;
  return (
    <Notice>
      No events in this period. This project has events from {formatRange(recorded.from, recorded.to)}.{" "}
      <button type="button" className="font-semibold text-accent underline underline-offset-4" onClick={() => onChange(latestDays(recorded))}>
        Show those days
      </button>
    </Notice>
  );
}

function NoEventsYet() {
  return (
    <Card title="Waiting for the first event" className="mt-6">
      <div className="max-w-3xl px-5 pb-5">
        <p className="mb-3 text-sm text-soft">
          Numbers show here a few seconds after the first event. Send one from a terminal, or add an SDK to your app.
        </p>
        <FirstEventGuide />
      </div>
    </Card>
  );
}

function OverviewOf({ project }: { project: ProjectSummary }) {
  const search = useSearch({ from: "/app/" });
  const navigate = useNavigate({ from: "/" });
  const period = periodOf(search);
  const { data: overview, error, refetch, isPlaceholderData } = useQuery(overviewQuery(project.id, period));
  const live = useLiveFeed(project.id);

  const changePeriod = (next: Period) =>
    void navigate({ search: { project: search.project, metric: search.metric, ...searchOf(next) } });
  const selectMetric = (metric: string) =>
    void navigate({ search: { ...search, metric }, replace: true, resetScroll: false });

  const selected = overview?.tiles.find((tile) => tile.metric === search.metric) ?? overview?.tiles[0];
  const isEmpty = overview?.top_events.length === 0 && overview.recorded === null;

  return (
    <>
      <div className="flex flex-wrap items-end justify-between gap-4">
        <Heading project={project} overview={overview} />
        <DateRangePicker range={overview?.range} period={period} timezone={project.timezone} onChange={changePeriod} />
      </div>
      <AskBar project={project.id} />
      <div className="mt-4 flex flex-col gap-3 empty:hidden">
        {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {overview !== undefined && <PeriodNotice overview={overview} onChange={changePeriod} />}
      </div>
      {isEmpty && <NoEventsYet />}
      <div aria-busy={isPlaceholderData} className={isPlaceholderData ? "opacity-60 transition-opacity" : undefined}>
        <MetricTiles overview={overview} selected={selected?.metric} onSelect={selectMetric} />
        <TrendCard overview={overview} tile={selected} />
      </div>
      <div className="mt-4 grid gap-4 lg:grid-cols-5">
        <TopEvents overview={overview} className="lg:col-span-3" />
        <Card title="Happening now" actions={<ConnectionState state={live} />} className="lg:col-span-2">
          <LiveList state={live} timezone={project.timezone} limit={LIVE_ROWS} />
        </Card>
      </div>
    </>
  );
}

export function OverviewPage() {
  const project = useProject();
  return project === undefined ? <NoProject /> : <OverviewOf key={project.id} project={project} />;
}
