import { describe, expect, it } from "vitest";
import { formatCell, formatChange, formatDuration, formatNumber, TILE_COMPACT_FROM } from "./number";

describe("formatNumber", () => {
  it.each([
    [1234, {}, "1,234"],
    [1234567, {}, "1,234,567"],
    [1234567, { compactFrom: TILE_COMPACT_FROM }, "1.2M"],
    [999999, { compactFrom: TILE_COMPACT_FROM }, "999,999"],
    [900000, { unit: "currency", currency: "GBP", compactFrom: 10_000 }, "£900K"],
    [133.3667, {}, "133.4"],
    [2.3333, {}, "2.33"],
    [0.1234, { unit: "ratio" }, "12.3%"],
    [204, { unit: "seconds" }, "3m 24s"],
    [1234.5, { unit: "currency", currency: "EUR" }, "€1,234.50"],
    [12, { unit: "currency", currency: "no code" }, "12 no code"],
    [null, {}, "–"],
    [Number.NaN, {}, "–"],
  ])("shows %s with %j as %s", (value, style, expected) => {
    expect(formatNumber(value, style)).toBe(expected);
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0s"],
    [59.6, "1m 0s"],
    [3600, "1h 0m"],
    [90061, "25h 1m"],
  ])("shows %s seconds as %s", (seconds, expected) => {
    expect(formatDuration(seconds)).toBe(expected);
  });
});

describe("formatChange", () => {
  it.each([
    [0.123, "+12.3%"],
    [-0.5, "−50%"],
    [0.00001, "0%"],
    [12.345, "+1,235%"],
    [null, "–"],
  ])("shows %s as %s", (change, expected) => {
    expect(formatChange(change)).toBe(expected);
  });
});

describe("formatCell", () => {
  it("formats decimals that arrive as text", () => {
    expect(formatCell("1234.5000", { unit: "currency", currency: "EUR" })).toBe("€1,234.50");
  });

  it("leaves text alone, even if it looks like a number", () => {
    expect(formatCell("007")).toBe("007");
    expect(formatCell("/pricing", { unit: "count" })).toBe("/pricing");
  });

  it("shows what is neither as JSON", () => {
    expect(formatCell(["a", 1])).toBe('["a",1]');
    expect(formatCell(true)).toBe("yes");
    expect(formatCell(null)).toBe("–");
  });
});
