import { describe, expect, it } from "vitest";
import { addDays, formatAge, formatPoint, formatPointLong, formatRange, zoneOffset } from "./date";

describe("days of a project", () => {
  it("crosses months, leap days and clock changes", () => {
    expect(addDays("2026-02-28", 1)).toBe("2026-03-01");
    expect(addDays("2024-02-28", 1)).toBe("2024-02-29");
    expect(addDays("2026-03-29", 1)).toBe("2026-03-30");
    expect(addDays("2026-01-01", -1)).toBe("2025-12-31");
  });

  it("names longer buckets by what they are", () => {
    expect(formatPoint("2011-11-01", "month")).toBe("Nov 2011");
    expect(formatPoint("2011-10-01", "quarter")).toBe("Q4 2011");
    expect(formatPoint("2011-01-01", "year")).toBe("2011");
    expect(formatPointLong("2015-05-18", "week")).toBe("Week of 18 May 2015");
  });

  it("shows the offset of the zone at that time", () => {
    expect(zoneOffset("Europe/Berlin", new Date("2026-07-01T00:00:00Z"))).toBe("GMT+2");
    expect(zoneOffset("Europe/Berlin", new Date("2026-01-01T00:00:00Z"))).toBe("GMT+1");
  });
});

describe("formatRange", () => {
  it("names the last day that is included", () => {
    expect(formatRange("2015-05-17", "2015-05-21")).toBe("17 May – 20 May 2015");
    expect(formatRange("2015-05-17", "2015-05-18")).toBe("17 May 2015");
    expect(formatRange("2025-12-30", "2026-01-02")).toBe("30 Dec 2025 – 1 Jan 2026");
  });
});

describe("formatPoint", () => {
  it("shows the hour only where there is one", () => {
    expect(formatPoint("2026-03-05")).toBe("5 Mar");
    expect(formatPoint("2026-03-05T14:00:00")).toBe("5 Mar 14:00");
  });
});

describe("formatAge", () => {
  const now = Date.parse("2026-03-30T12:00:00Z");
  it.each([
    ["2026-03-30T11:59:58Z", "just now"],
    ["2026-03-30T11:59:18Z", "42 s ago"],
    ["2026-03-30T11:30:00Z", "30 min ago"],
    ["2026-03-28T12:00:00Z", "2 d ago"],
    ["2015-05-20T12:00:00Z", "10 y ago"],
    ["2026-03-30T12:00:09Z", "just now"],
    [null, "unknown"],
  ])("calls %s %s", (at, expected) => {
    expect(formatAge(at, now)).toBe(expected);
  });
});
