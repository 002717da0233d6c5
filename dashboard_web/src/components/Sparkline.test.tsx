// @vitest-environment jsdom
import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { Sparkline, sparklinePoints } from "./Sparkline";

describe("Sparkline", () => {
  it("spans the whole width, from nothing at the bottom to the highest at the top", () => {
    expect(sparklinePoints([0, 5, 10])).toEqual([
      [0, 30],
      [60, 16],
      [120, 2],
    ]);
  });

  it("bridges days without a value", () => {
    expect(sparklinePoints([1, null, 1]).map(([x]) => x)).toEqual([0, 120]);
  });

  it("draws nothing for a single day", () => {
    expect(render(<Sparkline values={[5]} color="red" />).container.querySelector("svg")).toBeNull();
  });
});
