import { useMemo } from "react";
import type { Overview, Tile } from "../api/queries";
import { Chart } from "../charts/Chart";
import type { ChartSpec } from "../charts/options";
import { Card } from "../components/Card";
import { Skeleton } from "../components/Skeleton";
import { addDays, formatRange } from "../format/date";

export function trendSpec(overview: Overview, tile: Tile): ChartSpec {
  const style = { unit: tile.unit, currency: overview.currency };
  const earlier = overview.dates.map((_, index) => addDays(overview.previous_range.from, index));
  return {
    kind: "line",
    isTime: true,
    categories: overview.dates,
    series: [
      { name: tile.metric, label: tile.label, values: tile.trend, style },
      { name: tile.metric, label: "Period before", values: tile.previous_trend, style, isPrevious: true, labels: earlier },
    ],
  };
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
  const before = formatRange(overview.previous_range.from, overview.previous_range.to);
  return (
    <Card
      title={`${tile.label} by day`}
      hint={`${shown}; dashed: ${before}`}
      className="mt-4"
    >
      <div className="px-3 pb-3 sm:px-4">
        <Chart spec={spec} label={`${tile.label} by day, ${shown}, beside the period before`} />
      </div>
    </Card>
  );
}
