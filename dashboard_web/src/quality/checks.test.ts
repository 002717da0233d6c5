import { describe, expect, it } from "vitest";
import type { CheckedDay, DataCheck } from "../api/queries";
import { qualitySearch } from "../search";
import { bySuite, checkTitle, countByStatus, dayLabel, foundLabel, historyLabel, matching, suiteTitle } from "./checks";

function check(values: Partial<DataCheck>): DataCheck {
  return {
    suite: "raw_events",
    asset: "raw.events",
    name: "key_is_unique",
    description: "One row per (project_id, event_id).",
    source: "great_expectations",
    is_blocking: true,
    is_by_project: true,
    status: "passed",
    unexpected_count: 0,
    error: null,
    checked_at: "2026-05-18T10:00:00Z",
    run_id: "r1",
    history: [],
    ...values,
  };
}

const CHECKS = [
  check({ suite: "dbt_tests", name: "not_empty_a" }),
  check({ name: "b_is_known" }),
  check({ suite: "sessions", asset: "analytics.fct_sessions", name: "c", status: "warned" }),
  check({ suite: "events", name: "d", status: "failed", unexpected_count: 4 }),
  check({ suite: "sessions", asset: "analytics.fct_sessions", name: "a" }),
];

describe("bySuite", () => {
  it("puts what is wrong first, then follows the data", () => {
    const suites = bySuite(CHECKS).map((suite) => [suite.title, suite.checks.map(({ name }) => name)]);

    expect(suites).toEqual([
      ["Events", ["d"]],
      ["Sessions", ["c", "a"]],
      ["Raw events", ["b_is_known"]],
      ["Tests of models", ["not_empty_a"]],
    ]);
  });
});

describe("matching", () => {
  it("finds by outcome and by any word of a check", () => {
    expect(matching(CHECKS, { status: "warned" }).map(({ name }) => name)).toEqual(["c"]);
    expect(matching(CHECKS, { find: "FCT_Sessions " })).toHaveLength(2);
    expect(matching(CHECKS, { find: "b is known" })).toHaveLength(1);
    expect(matching(CHECKS, { status: "failed", find: "tests of models" })).toEqual([]);
  });

  it("keeps only outcomes that there are in the address", () => {
    expect(qualitySearch({ status: "failed", find: 42 })).toEqual({ status: "failed", find: "42" });
    expect(qualitySearch({ status: "broken", find: "" })).toEqual({});
  });
});

describe("words", () => {
  it("counts and names", () => {
    expect(countByStatus(CHECKS)).toEqual({ failed: 1, warned: 1, passed: 3 });
    expect(suiteTitle("raw_volume")).toBe("Volume of raw events");
    expect(suiteTitle("person_days")).toBe("Person days");
    expect(checkTitle(check({ name: "method__user__identify" }))).toBe("method user identify");
    expect(foundLabel(check({ unexpected_count: 1 }))).toBe("1 row");
    expect(foundLabel(check({ unexpected_count: 12_000 }))).toBe("12,000 rows");
    expect(foundLabel(check({ error: "no such table", unexpected_count: 1 }))).toBe("not evaluated");
  });

  it("tells a history without its colours", () => {
    const day = (date: string, status: CheckedDay["status"], runs: number, not_passed: number) => ({ date, status, runs, not_passed });
    const idle = day("2026-05-16", null, 0, 0);
    const good = day("2026-05-17", "passed", 1, 0);
    const bad = day("2026-05-18", "failed", 24, 2);

    expect(dayLabel(idle)).toBe("16 May: did not run");
    expect(dayLabel(good)).toBe("17 May: 1 run, all passed");
    expect(dayLabel(bad)).toBe("18 May: 24 runs, 2 did not pass");
    expect(historyLabel([idle, good])).toBe("Last 2 days: passed on each of the 1 on which it ran");
    expect(historyLabel([idle, good, bad])).toBe("Last 3 days: 18 May: 24 runs, 2 did not pass");
    expect(historyLabel([idle])).toBe("Last 1 days: did not run");
  });
});
