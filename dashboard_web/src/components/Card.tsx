import clsx from "clsx";
import { type ReactNode, useId } from "react";

interface CardProps {
  title: ReactNode;
  hint?: ReactNode;
  actions?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A titled panel; the title names it for screen readers. */
export function Card({ title, hint, actions, className, children }: CardProps) {
  const titleId = useId();
  return (
    <section
      aria-labelledby={titleId}
      className={clsx("flex min-w-0 flex-col rounded-xl border border-line bg-surface shadow-card", className)}
    >
      <div className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 gap-y-1 px-5 pt-4 pb-2">
        <div className="min-w-0">
          <h2 id={titleId} className="text-sm font-semibold text-ink">
            {title}
          </h2>
          {hint !== undefined && <p className="mt-0.5 text-xs text-muted">{hint}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}
