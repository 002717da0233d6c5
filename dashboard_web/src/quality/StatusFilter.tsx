import clsx from "clsx";
import { ListChecks } from "lucide-react";
import type { CheckStatus, DataCheck } from "../api/queries";
import { Skeleton } from "../components/Skeleton";
import { countByStatus, STATUSES } from "./checks";
import { STATUS_STYLE } from "./StatusBadge";

const GRID = "mt-6 grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4";
const ALL = { label: "All checks", icon: ListChecks, ink: "text-accent" };

interface StatusFilterProps {
  checks: DataCheck[] | undefined;
  selected: CheckStatus | undefined;
  onSelect: (status: CheckStatus | undefined) => void;
}

/** How many checks stand how; each number chooses what is listed below. */
export function StatusFilter({ checks, selected, onSelect }: StatusFilterProps) {
  if (checks === undefined) {
    return (
      <div className={GRID} role="status">
        <span className="sr-only">Loading checks</span>
        {[undefined, ...STATUSES].map((status) => (
          <Skeleton key={status ?? "all"} className="h-24 !rounded-xl" />
        ))}
      </div>
    );
  }
  const counts = countByStatus(checks);
  return (
    <section aria-label="Checks by outcome" className={GRID}>
      {[undefined, ...STATUSES].map((status) => {
        const { label, icon: Icon, ink } = status === undefined ? ALL : STATUS_STYLE[status];
        const count = status === undefined ? checks.length : counts[status];
        return (
          <button
            key={label}
            type="button"
            aria-pressed={selected === status}
            onClick={() => onSelect(status)}
            className={clsx(
              "flex min-w-0 flex-col rounded-xl border bg-surface p-4 text-left shadow-card transition-colors",
              selected === status ? "border-accent ring-1 ring-accent" : "border-line hover:border-line-strong",
            )}
          >
            <span className="flex items-center gap-2 text-[0.8125rem] font-medium text-soft">
              <Icon aria-hidden="true" className={clsx("size-4 shrink-0", count === 0 ? "text-muted" : ink)} />
              {label}
            </span>
            <span
              data-outcome={status ?? "all"}
              data-value={count}
              className="mt-2 text-[1.75rem] leading-tight font-semibold tracking-tight tabular-nums"
            >
              {count}
            </span>
          </button>
        );
      })}
    </section>
  );
}
