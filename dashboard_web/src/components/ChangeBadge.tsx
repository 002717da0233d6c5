import clsx from "clsx";
import { formatChange } from "../format/number";

/** The change against the period before. The sign says what the colour says. */
export function ChangeBadge({ change, className }: { change: number | null | undefined; className?: string }) {
  if (change === null || change === undefined) {
    return <span className={clsx("text-xs text-muted", className)}>no earlier data</span>;
  }
  const tone =
    Math.abs(change) < 0.0005
      ? "bg-sunken text-muted"
      : change > 0
        ? "bg-rise-wash text-rise"
        : "bg-fall-wash text-fall";
  return (
    <span
      className={clsx("inline-flex items-center rounded-md px-1.5 py-0.5 text-xs font-semibold tabular-nums", tone, className)}
    >
      {formatChange(change)}
    </span>
  );
}
