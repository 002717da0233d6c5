// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { askSearch, latestDays, overviewSearch, periodOf } from "./search";
import { localPath } from "./session";

describe("overviewSearch", () => {
  it("keeps a valid period", () => {
    expect(overviewSearch({ last: "7", project: "p" })).toEqual({ last: 7, project: "p" });
    expect(overviewSearch({ from: "2026-01-01", to: "2026-02-01" })).toEqual({ from: "2026-01-01", to: "2026-02-01" });
  });

  it("drops what makes no sense instead of failing", () => {
    expect(overviewSearch({ last: "many" })).toEqual({});
    expect(overviewSearch({ last: 0 })).toEqual({});
    expect(overviewSearch({ from: "2026-02-01", to: "2026-01-01" })).toEqual({});
    expect(overviewSearch({ from: "2026-01-01" })).toEqual({});
    expect(overviewSearch({ from: "2026-13-45", to: "2026-14-01" })).toEqual({});
  });

  it("prefers explicit days to a number of days", () => {
    expect(periodOf(overviewSearch({ last: 7, from: "2026-01-01", to: "2026-02-01" }))).toEqual({
      from: "2026-01-01",
      to: "2026-02-01",
    });
  });
});

describe("latestDays", () => {
  it("is all of a short history and the end of a long one", () => {
    expect(latestDays({ from: "2015-05-17", to: "2015-05-21" })).toEqual({ from: "2015-05-17", to: "2015-05-21" });
    expect(latestDays({ from: "2010-12-01", to: "2026-11-22" })).toEqual({ from: "2023-11-20", to: "2026-11-22" });
  });
});

describe("askSearch", () => {
  it("keeps a question that the router read as a number", () => {
    expect(askSearch({ q: 42 })).toEqual({ q: "42" });
  });
});

describe("localPath", () => {
  it("never leads to another site", () => {
    expect(localPath("/ask?q=1")).toBe("/ask?q=1");
    expect(localPath("//evil.test")).toBe("/");
    expect(localPath("https://evil.test")).toBe("/");
    expect(localPath("/\\evil.test")).toBe("/");
    expect(localPath(undefined)).toBe("/");
  });
});
