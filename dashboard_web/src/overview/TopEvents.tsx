import type { Overview } from "../api/queries";
import { seriesColor } from "../charts/palette";
import { Card } from "../components/Card";
import { ChangeBadge } from "../components/ChangeBadge";
import { Skeleton } from "../components/Skeleton";
import { formatNumber } from "../format/number";

const PLACEHOLDERS = 6;

function Rows({ overview }: { overview: Overview }) {
  return overview.top_events.map((event) => (
    <tr key={event.event_name} className="border-t border-line">
      <th scope="row" className="relative w-full max-w-0 py-2.5 pr-3 pl-5 text-left font-medium">
        <span
          aria-hidden="true"
          className="absolute inset-y-1 left-3 rounded-md opacity-12"
          style={{ width: `calc(${event.share * 100}% - 1rem)`, background: seriesColor("events") }}
        />
        <span className="relative block truncate">{event.event_name}</span>
      </th>
      <td className="py-2.5 text-right tabular-nums" data-event={event.event_name} data-value={event.events}>
        {formatNumber(event.events)}
      </td>
      <td className="hidden py-2.5 pl-4 text-right text-muted tabular-nums sm:table-cell">
        {formatNumber(event.share, { unit: "ratio" })}
      </td>
      <td className="py-2.5 pr-5 pl-4 text-right whitespace-nowrap">
        <ChangeBadge change={event.change} />
      </td>
    </tr>
  ));
}

export function TopEvents({ overview, className }: { overview: Overview | undefined; className?: string }) {
  return (
    <Card title="Top events" hint="By number in this period, with the change against the one before" className={className}>
      {overview === undefined && (
        <div className="flex flex-col gap-3 px-5 pb-5" role="status">
          <span className="sr-only">Loading top events</span>
          {Array.from({ length: PLACEHOLDERS }, (_, index) => (
            <Skeleton key={index} className="h-7" />
          ))}
        </div>
      )}
      {overview?.top_events.length === 0 && (
        <p className="px-5 pb-5 text-sm text-soft">No events in this period. Choose a longer one above.</p>
      )}
      {overview !== undefined && overview.top_events.length > 0 && (
        <table className="mb-2 w-full text-sm">
          <thead className="text-xs text-muted">
            <tr>
              <th scope="col" className="py-2 pl-5 text-left font-medium">
                Event
              </th>
              <th scope="col" className="py-2 text-right font-medium">
                Count
              </th>
              <th scope="col" className="hidden py-2 pl-4 text-right font-medium sm:table-cell">
                Share
              </th>
              <th scope="col" className="py-2 pr-5 pl-4 text-right font-medium">
                Change
              </th>
            </tr>
          </thead>
          <tbody>
            <Rows overview={overview} />
          </tbody>
        </table>
      )}
    </Card>
  );
}
