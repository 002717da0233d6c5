import { describe, expect, it } from "vitest";
import { retryDelay } from "./backoff";
import { initialState, KEPT_EVENTS, type LiveEvent, liveReducer, perMinute } from "./state";

function event(id: string): LiveEvent {
  return {
    event_id: id,
    event_name: "page_view",
    type: "page",
    user_id: "",
    anonymous_id: "a",
    timestamp: "",
    received_at: "",
    path: "/",
    country: "",
  };
}

function arrival(ids: string[], at: number, count = ids.length) {
  return { type: "message", message: { count, events: ids.map(event) }, at } as const;
}

describe("liveReducer", () => {
  it("is open after the first message, even an empty one", () => {
    expect(liveReducer(initialState, arrival([], 0)).connection).toBe("open");
  });

  it("puts the newest first and keeps each event once", () => {
    let state = liveReducer(initialState, arrival(["1", "2"], 0));
    state = liveReducer(state, arrival(["2", "3"], 1));
    expect(state.events.map(({ event_id }) => event_id)).toEqual(["3", "2", "1"]);
  });

  it("holds a bounded number of events", () => {
    const ids = Array.from({ length: KEPT_EVENTS * 2 }, (_, index) => String(index));
    expect(liveReducer(initialState, arrival(ids, 0)).events).toHaveLength(KEPT_EVENTS);
  });

  it("counts what arrived in the last minute, not the sample", () => {
    let state = liveReducer(initialState, arrival(["1"], 0, 500));
    state = liveReducer(state, arrival(["2"], 30_000, 20));
    expect(perMinute(state)).toBe(520);
    expect(perMinute(liveReducer(state, { type: "tick", at: 60_000 }))).toBe(20);
  });

  it("keeps the events while the connection is lost", () => {
    const state = liveReducer(liveReducer(initialState, arrival(["1"], 0)), { type: "lost" });
    expect(state.connection).toBe("lost");
    expect(state.events).toHaveLength(1);
  });
});

describe("retryDelay", () => {
  it("doubles up to a ceiling and is never zero", () => {
    expect(retryDelay(0, () => 0)).toBe(250);
    expect(retryDelay(0, () => 1)).toBe(500);
    expect(retryDelay(3, () => 1)).toBe(4000);
    expect(retryDelay(50, () => 1)).toBe(15_000);
  });
});
