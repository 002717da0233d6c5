import * as Popover from "@radix-ui/react-popover";
import clsx from "clsx";
import { CalendarDays, ChevronDown } from "lucide-react";
import { type SubmitEvent, useId, useState } from "react";
import type { DateRange, Period } from "../api/queries";
import { addDays, formatRange } from "../format/date";
import { Button } from "./Button";

const PRESETS: { label: string; last: number }[] = [
  { label: "Today", last: 1 },
  { label: "Last 7 days", last: 7 },
  { label: "Last 30 days", last: 30 },
  { label: "Last 90 days", last: 90 },
  { label: "Last 12 months", last: 365 },
];

interface DateRangePickerProps {
  /** What is shown now: half-open. */
  range: DateRange | undefined;
  period: Period;
  timezone: string;
  onChange: (period: Period) => void;
}

const FIELD = "h-9 w-full rounded-lg border border-line-strong bg-surface px-2.5 text-sm text-ink";

function CustomRange({ range, onChange }: { range: DateRange | undefined; onChange: (range: DateRange) => void }) {
  const [from, setFrom] = useState(range?.from ?? "");
  const [last, setLast] = useState(range === undefined ? "" : addDays(range.to, -1));
  const ids = { from: useId(), last: useId() };
  const isValid = from !== "" && last !== "" && from <= last;

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (isValid) onChange({ from, to: addDays(last, 1) });
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-3 border-t border-line p-3">
      <div className="grid grid-cols-2 gap-2">
        <div>
          <label htmlFor={ids.from} className="mb-1 block text-xs text-muted">
            From
          </label>
          <input id={ids.from} type="date" className={FIELD} value={from} onChange={(event) => setFrom(event.target.value)} />
        </div>
        <div>
          <label htmlFor={ids.last} className="mb-1 block text-xs text-muted">
            To, included
          </label>
          <input id={ids.last} type="date" className={FIELD} value={last} onChange={(event) => setLast(event.target.value)} />
        </div>
      </div>
      <Button type="submit" kind="primary" className="!h-9" disabled={!isValid}>
        Show these days
      </Button>
    </form>
  );
}

export function DateRangePicker({ range, period, timezone, onChange }: DateRangePickerProps) {
  const [isOpen, setIsOpen] = useState(false);
  const chosen = PRESETS.find((preset) => period !== null && "last" in period && period.last === preset.last);
  const shown = chosen?.label ?? (range === undefined ? "Choose a period" : formatRange(range.from, range.to));

  function choose(next: Period) {
    setIsOpen(false);
    onChange(next);
  }

  return (
    <Popover.Root open={isOpen} onOpenChange={setIsOpen}>
      <Popover.Trigger asChild>
        <Button aria-label={`Period: ${shown}`}>
          <CalendarDays aria-hidden="true" className="size-4 text-muted" />
          {shown}
          <ChevronDown aria-hidden="true" className="size-3.5 text-muted" />
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={12}
          aria-label="Period"
          className="z-50 w-80 max-w-[calc(100vw-1.5rem)] rounded-xl border border-line bg-surface text-sm text-ink shadow-raised outline-none"
        >
          <ul className="p-1.5">
            {PRESETS.map((preset) => (
              <li key={preset.last}>
                <button
                  type="button"
                  aria-pressed={preset === chosen}
                  onClick={() => choose({ last: preset.last })}
                  className={clsx(
                    "w-full rounded-lg px-2.5 py-2 text-left hover:bg-sunken",
                    preset === chosen && "bg-accent-wash font-medium text-accent",
                  )}
                >
                  {preset.label}
                </button>
              </li>
            ))}
          </ul>
          <CustomRange key={`${range?.from}${range?.to}`} range={range} onChange={choose} />
          <p className="border-t border-line px-3 py-2 text-xs text-muted">Days of {timezone}</p>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
