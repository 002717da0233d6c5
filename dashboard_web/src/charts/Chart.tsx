import { lazy, Suspense, useState } from "react";
import { Button } from "../components/Button";
import { Skeleton } from "../components/Skeleton";
import { formatPointLong } from "../format/date";
import { formatNumber } from "../format/number";
import type { ChartSpec } from "./options";
import { seriesColor } from "./palette";

const Canvas = lazy(() => import("./Canvas"));

/** Bars need room for their labels; lines do not grow. */
function heightOf(spec: ChartSpec): number {
  return spec.kind === "bar" ? Math.max(120, spec.categories.length * 38 + 40) : 280;
}

function ChartTable({ spec, caption }: { spec: ChartSpec; caption: string }) {
  return (
    <table className="w-full text-sm">
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr className="text-left text-xs text-muted">
          <th scope="col" className="py-2 font-medium">
            {spec.isTime ? "Day" : "Name"}
          </th>
          {spec.series.map((series) => (
            <th key={`${series.name}${series.label}`} scope="col" className="py-2 text-right font-medium">
              {series.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {spec.categories.map((category, row) => (
          <tr key={category} className="border-t border-line">
            <th scope="row" className="py-1.5 text-left font-normal">
              {spec.isTime ? formatPointLong(category, spec.grain) : category}
            </th>
            {spec.series.map((series) => (
              <td key={`${series.name}${series.label}`} className="py-1.5 text-right tabular-nums">
                {formatNumber(series.values[row], series.style)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Which colour is which, where there are several lines. */
function Legend({ spec }: { spec: ChartSpec }) {
  const lines = spec.series.filter((series) => series.isPrevious !== true);
  if (lines.length < 2) return null;
  return (
    <ul className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
      {lines.map((series, index) => (
        <li key={series.name} className="flex items-center gap-1.5">
          <span aria-hidden="true" className="size-2 rounded-full" style={{ background: seriesColor(series.name, index) }} />
          {series.label}
        </li>
      ))}
    </ul>
  );
}

interface ChartProps {
  spec: ChartSpec;
  /** What the chart shows, for people who do not see it. */
  label: string;
  /** False where the same numbers stand in a table beside it. */
  withTable?: boolean;
}

/** A picture with the same numbers as a table, one button away. */
export function Chart({ spec, label, withTable = true }: ChartProps) {
  const [showsTable, setShowsTable] = useState(false);
  const height = heightOf(spec);
  return (
    <figure className="min-w-0">
      {!showsTable && <Legend spec={spec} />}
      {showsTable ? (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must take the focus
        <div tabIndex={0} role="group" aria-label={`${label}, table`} className="overflow-auto" style={{ maxHeight: height }}>
          <ChartTable spec={spec} caption={label} />
        </div>
      ) : (
        <Suspense fallback={<div style={{ height }}><Skeleton className="h-full w-full" /></div>}>
          <Canvas spec={spec} label={label} height={height} />
        </Suspense>
      )}
      {withTable && (
        <figcaption className="mt-1 flex justify-end">
          <Button kind="quiet" className="!h-8 !text-xs" aria-pressed={showsTable} onClick={() => setShowsTable(!showsTable)}>
            {showsTable ? "Show as chart" : "Show as table"}
          </Button>
        </figcaption>
      )}
    </figure>
  );
}
