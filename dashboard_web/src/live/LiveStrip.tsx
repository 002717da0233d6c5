import clsx from "clsx";
import { FirstEventGuide } from "../components/FirstEventGuide";
import { formatClock } from "../format/date";
import { formatNumber } from "../format/number";
import { type LiveEvent, type LiveState, perMinute } from "./state";

const CONNECTION: Record<LiveState["connection"], { text: string; dot: string }> = {
  connecting: { text: "Connecting", dot: "bg-line-strong" },
  open: { text: "Live", dot: "bg-rise" },
  lost: { text: "Reconnecting", dot: "bg-caution" },
};

export function ConnectionState({ state }: { state: LiveState }) {
  const { text, dot } = CONNECTION[state.connection];
  return (
    <p className="flex items-center gap-2 text-xs font-medium text-soft" role="status">
      <span aria-hidden="true" className={clsx("size-2 rounded-full", dot)} />
      {text}
      {state.connection === "open" && (
        <span className="font-normal text-muted tabular-nums">· {formatNumber(perMinute(state))} in the last minute</span>
      )}
    </p>
  );
}

function whoOf(event: LiveEvent): string {
  return event.user_id !== "" ? event.user_id : event.anonymous_id;
}

function EventRow({ event, timezone }: { event: LiveEvent; timezone: string }) {
  return (
    <li className="arriving grid grid-cols-[1fr_auto] items-baseline gap-x-3 border-t border-line px-5 py-2.5 first:border-t-0">
      <span className="min-w-0 truncate text-sm font-medium text-ink">{event.event_name}</span>
      <time dateTime={event.received_at} className="text-xs text-muted tabular-nums">
        {formatClock(event.received_at, timezone)}
      </time>
      <span className="col-span-2 min-w-0 truncate text-xs text-muted">
        {[event.path, event.country, whoOf(event)].filter((part) => part !== "").join(" · ")}
      </span>
    </li>
  );
}

interface LiveListProps {
  state: LiveState;
  timezone: string;
  limit: number;
}

/** Events as they arrive, newest first. */
export function LiveList({ state, timezone, limit }: LiveListProps) {
  if (state.events.length === 0) {
    return (
      <div className="px-5 pt-2 pb-5">
        <p className="text-sm text-soft">
          Nothing has arrived since this page was opened. Events show here within a second of being sent.
        </p>
        <details className="mt-3 text-sm">
          <summary className="w-fit cursor-pointer rounded font-medium text-accent">How to send one</summary>
          <FirstEventGuide className="mt-3" />
        </details>
      </div>
    );
  }
  return (
    <ul aria-label="Latest events" className="pb-2">
      {state.events.slice(0, limit).map((event) => (
        <EventRow key={event.event_id} event={event} timezone={timezone} />
      ))}
    </ul>
  );
}
