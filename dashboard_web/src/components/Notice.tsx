import { CircleAlert, Info } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError } from "../api/client";
import { Button } from "./Button";

export function Notice({ children }: { children: ReactNode }) {
  return (
    <div className="flex items-start gap-3 rounded-lg border border-line bg-accent-wash px-4 py-3 text-sm text-ink">
      <Info aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-accent" />
      <div>{children}</div>
    </div>
  );
}

/** What failed and what to do; never a bare code. */
export function ErrorNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const message = error instanceof ApiError ? error.message : "Something failed on this page. Reload it.";
  const requestId = error instanceof ApiError ? error.problem.request_id : undefined;
  return (
    <div role="alert" className="flex items-start gap-3 rounded-lg border border-line bg-fall-wash px-4 py-3 text-sm text-ink">
      <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-fall" />
      <div className="min-w-0 flex-1">
        <p>{message}</p>
        {requestId != null && error instanceof ApiError && error.status >= 500 && (
          <p className="mt-1 font-mono text-xs text-soft">Request {requestId}</p>
        )}
      </div>
      {onRetry !== undefined && (
        <Button className="h-8" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
