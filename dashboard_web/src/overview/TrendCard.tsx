import { useMemo } from "react";
import type { Overview, Tile } from "../api/queries";
import { Chart } from "../charts/Chart";
import type { ChartSpec, Series } from "../charts/options";
import { Card } from "../components/Card";
import { Skeleton } from "../components/Skeleton";
import { addDays, formatRange } from "../format/date";

export function trendSpec(overview: Overview, tile: Tile): ChartSpec {
  const style = { unit: tile.unit, currency: overview.currency };
  const series: Series[] = [{ name: tile.metric, label: tile.label, values: tile.trend, style }];
  if (hasEarlier(tile)) {
    const labels = overview.dates.map((_, index) => addDays(overview.previous_range.from, index));
    series.push({ name: tile.metric, label: "Period before", values: tile.previous_trend, style, isPrevious: true, labels });
  }
  return {
    kind: "line",
    isTime: true,
    categories: overview.dates,
    series,
    isLastPartial: overview.dates.at(-1) === overview.today,
  };
}

function hasEarlier(tile: Tile): boolean {
  return tile.previous_trend.some((value) => value !== null && value !== 0);
}

function hintOf(overview: Overview, tile: Tile): string {
  const { range, previous_range: before } = overview;
  const parts = [formatRange(range.from, range.to)];
  if (overview.dates.at(-1) === overview.today) parts.push("today so far");
  if (hasEarlier(tile)) parts.push(`dashed: ${formatRange(before.from, before.to)}`);
  return parts.join(" · ");
}

interface TrendCardProps {
  overview: Overview | undefined;
  tile: Tile | undefined;
}

export function TrendCard({ overview, tile }: TrendCardProps) {
  const spec = useMemo(
    () => (overview === undefined || tile === undefined ? undefined : trendSpec(overview, tile)),
    [overview, tile],
  );
  if (overview === undefined || tile === undefined || spec === undefined) {
    return <Skeleton className="mt-4 h-96 !rounded-xl" />;
  }
  const shown = formatRange(overview.range.from, overview.range.to);
  return (
    <Card title={`${tile.label} by day`} hint={hintOf(overview, tile)} className="mt-4">
      <div className="px-3 pb-3 sm:px-4">
        <Chart spec={spec} label={`${tile.label} by day, ${shown}, beside the period before`} />
      </div>
    </Card>
  );
}
