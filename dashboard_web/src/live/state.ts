export interface LiveEvent {
  event_id: string;
  event_name: string;
  type: string;
  user_id: string;
  anonymous_id: string;
  timestamp: string;
  received_at: string;
  path: string;
  country: string;
}

/** `count` events arrived, of which `events` is a sample. */
export interface LiveMessage {
  count: number;
  events: LiveEvent[];
}

export interface LiveState {
  connection: "connecting" | "open" | "lost";
  /** Newest first. */
  events: LiveEvent[];
  /** Arrivals of the last minute. */
  arrivals: { at: number; count: number }[];
}

export type LiveAction =
  | { type: "message"; message: LiveMessage; at: number }
  | { type: "tick"; at: number }
  | { type: "lost" }
  | { type: "reset" };

export const KEPT_EVENTS = 100;
const MINUTE_MS = 60_000;

export const initialState: LiveState = { connection: "connecting", events: [], arrivals: [] };

function recent(arrivals: LiveState["arrivals"], now: number): LiveState["arrivals"] {
  return arrivals.filter((arrival) => now - arrival.at < MINUTE_MS);
}

export function liveReducer(state: LiveState, action: LiveAction): LiveState {
  switch (action.type) {
    case "reset":
      return initialState;
    case "lost":
      return { ...state, connection: "lost" };
    case "tick":
      return { ...state, arrivals: recent(state.arrivals, action.at) };
    case "message": {
      const { count, events } = action.message;
      if (count === 0) return { ...state, connection: "open" };
      const known = new Set(state.events.map((event) => event.event_id));
      const fresh = events.filter((event) => !known.has(event.event_id)).reverse();
      return {
        connection: "open",
        events: [...fresh, ...state.events].slice(0, KEPT_EVENTS),
        arrivals: [...recent(state.arrivals, action.at), { at: action.at, count }],
      };
    }
  }
}

export function perMinute(state: LiveState): number {
  return state.arrivals.reduce((sum, arrival) => sum + arrival.count, 0);
}
