import { describe, expect, test } from "vitest";
import { logLabel, logScale, logTicks } from "./log-ticks.ts";

describe("logTicks", () => {
  test("powers of ten around values that span several", () => {
    expect(logTicks([0.0003, 0.02, 4])).toEqual(
      [1e-4, 1e-3, 0.01, 0.1, 1, 10].map((at) => expect.closeTo(at, 12)),
    );
  });

  test("twos and fives between where the span is short", () => {
    expect(logTicks([1.1, 7.4])).toEqual([1, 2, 5, 10]);
  });

  test("what has no logarithm is left out", () => {
    expect(logTicks([0, 3])).toEqual([2, 5]);
  });
});

describe("logScale", () => {
  test("holds all values between its first and its last tick", () => {
    const { domain, ticks } = logScale([0.037, 88]);
    expect(domain[0]).toBeLessThanOrEqual(0.037);
    expect(domain[1]).toBeGreaterThanOrEqual(88);
    expect(domain).toEqual([ticks[0], ticks.at(-1)]);
  });

  test.each([
    [1000, "1,000"],
    [0.001, "0.001"],
    [1e-4, "1e-4"],
    [0.5, "0.5"],
  ])("%d is written %s", (value, text) => {
    expect(logLabel(value)).toBe(text);
  });
});
