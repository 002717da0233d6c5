import clsx from "clsx";
import { formatChange } from "../format/number";

/** Below this the shown percentage rounds to nothing. */
const UNCHANGED = 0.0005;

/** The change against the period before. The sign says what the colour says. */
export function ChangeBadge({ change }: { change: number | null }) {
  if (change === null) return <Badge tone="bg-sunken text-muted">new</Badge>;
  if (Math.abs(change) < UNCHANGED) return <Badge tone="bg-sunken text-muted">0%</Badge>;
  return <Badge tone={change > 0 ? "bg-rise-wash text-rise" : "bg-fall-wash text-fall"}>{formatChange(change)}</Badge>;
}

function Badge({ tone, children }: { tone: string; children: string }) {
  return (
    <span className={clsx("inline-flex items-center rounded-md px-1.5 py-0.5 text-xs font-semibold tabular-nums", tone)}>
      {children}
    </span>
  );
}
