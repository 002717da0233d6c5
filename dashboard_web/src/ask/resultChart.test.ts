import { describe, expect, it } from "vitest";
import type { AskAnswer } from "../api/queries";
import { resultChart } from "./resultChart";

type Result = NonNullable<AskAnswer["result"]>;

function answer(chart: AskAnswer["chart"], columns: Result["columns"], rows: Result["rows"]): AskAnswer {
  return {
    outcome: "answered",
    chart,
    result: {
      columns,
      rows,
      sql: "",
      query_id: "",
      computed_at: "",
      data_as_of: null,
      cached: false,
      row_count: rows.length,
      truncated: false,
      warnings: [],
      cursor: null,
    },
    restated: null,
    query: null,
    sql: null,
    narrative: null,
    assumptions: [],
    options: [],
    confidence: 1,
    planner: "local",
    reason: null,
    query_id: null,
    conversation_id: "",
    data_as_of: null,
  };
}

const day = { name: "metric_time", type: "date", unit: null, label: "Day" } as const;
const country = { name: "country", type: "string", unit: null, label: "Country" } as const;
const sessions = { name: "sessions", type: "integer", unit: "count", label: "Sessions" } as const;

describe("resultChart", () => {
  it("draws a bar for each row, and names what has no name", () => {
    const spec = resultChart(answer({ type: "bar", x: "country", y: ["sessions"], series: null, unit: null }, [country, sessions], [["DE", 5], ["", 2]]), "EUR");
    expect(spec?.categories).toEqual(["DE", "(none)"]);
    expect(spec?.series[0]?.values).toEqual([5, 2]);
  });

  it("splits a trend into one line for each value, filling days without rows", () => {
    const rows: Result["rows"] = [
      ["2026-03-28", "DE", 5],
      ["2026-03-28", "FR", 1],
      ["2026-03-29", "DE", 7],
    ];
    const spec = resultChart(answer({ type: "line", x: "metric_time", y: ["sessions"], series: "country", unit: null }, [day, country, sessions], rows), "EUR");
    expect(spec?.isTime).toBe(true);
    expect(spec?.series.map(({ label, values }) => [label, values])).toEqual([
      ["DE", [5, 7]],
      ["FR", [1, 0]],
    ]);
  });

  it("tells that the last point is not over yet", () => {
    const chart: NonNullable<AskAnswer["chart"]> = { type: "line", x: "metric_time", y: ["sessions"] };
    const rows: Result["rows"] = [["2026-03-28", 5]];
    expect(resultChart(answer({ ...chart, last_is_partial: true }, [day, sessions], rows), "EUR")?.isLastPartial).toBe(true);
    expect(resultChart(answer(chart, [day, sessions], rows), "EUR")?.isLastPartial).toBe(false);
  });

  it("draws nothing for a single number or an empty result", () => {
    expect(resultChart(answer({ type: "number", x: null, y: ["sessions"], series: null, unit: null }, [sessions], [[5]]), "EUR")).toBeUndefined();
    expect(resultChart(answer({ type: "bar", x: "country", y: ["sessions"], series: null, unit: null }, [country, sessions], []), "EUR")).toBeUndefined();
  });
});
