import clsx from "clsx";
import type { CheckedDay } from "../api/queries";
import { dayLabel, historyLabel } from "./checks";
import { STATUS_STYLE } from "./StatusBadge";

/** One bar a day, today last; a taller bar is a worse day, so that colour is not the only sign. */
export function DayStrip({ days, className }: { days: CheckedDay[]; className?: string }) {
  return (
    <span role="img" aria-label={historyLabel(days)} className={clsx("h-5 items-end gap-0.5", className)}>
      {days.map((day) => (
        <span
          key={day.date}
          title={dayLabel(day)}
          className={clsx("w-1.5 rounded-sm", day.status === null ? "h-1 bg-line" : STATUS_STYLE[day.status].bar)}
        />
      ))}
    </span>
  );
}
