// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { type ChartSpec, chartOption, type Series, tooltipHtml } from "./options";

const events: Series = { name: "events", label: "Events", values: [3, 3, 5], style: { unit: "count" } };

const spec: ChartSpec = {
  kind: "line",
  isTime: true,
  categories: ["2026-03-28", "2026-03-29", "2026-03-30"],
  series: [events],
};

interface Drawn {
  data: (number | null)[];
  lineStyle: { type: string };
}

function drawn(of: ChartSpec): Drawn[] {
  return chartOption(of, false).series as Drawn[];
}

describe("tooltipHtml", () => {
  it("shows names of events and pages as text, never as markup", () => {
    const attack = '<img src=x onerror="alert(1)">';
    const html = tooltipHtml({ ...spec, isTime: false, categories: [attack], series: [{ ...events, label: attack }] }, 0);
    expect(html).not.toContain("<img");
    expect(html).toContain("&#60;img");
  });

  it("says that a day is not over", () => {
    expect(tooltipHtml({ ...spec, isLastPartial: true }, 2)).toContain("Mon, 30 Mar 2026, so far");
    expect(tooltipHtml({ ...spec, isLastPartial: true }, 1)).not.toContain("so far");
  });

  it("names the date of the period before", () => {
    const before = { ...events, label: "Period before", isPrevious: true, labels: ["2026-03-25", "2026-03-26", "2026-03-27"] };
    expect(tooltipHtml({ ...spec, series: [...spec.series, before] }, 0)).toContain("Period before, 25 Mar");
  });
});

describe("chartOption", () => {
  it("draws one line for each series", () => {
    expect(drawn(spec).map(({ data }) => data)).toEqual([[3, 3, 5]]);
  });

  it("dots the way to a day that is not over", () => {
    const [complete, partial] = drawn({ ...spec, isLastPartial: true });
    expect(complete?.data).toEqual([3, 3, null]);
    expect(partial?.data).toEqual([null, 3, 5]);
    expect(partial?.lineStyle.type).toBe("dotted");
  });
});
