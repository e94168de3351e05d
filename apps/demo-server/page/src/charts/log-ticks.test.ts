import { describe, expect, test } from "vitest";
import { logTicks } from "./log-ticks.ts";

const values = (ticks: readonly number[]): number[] =>
  ticks.map((tick) => Number((10 ** tick).toPrecision(6)));

describe("logTicks", () => {
  test("a long axis has decades", () => {
    expect(values(logTicks(-5, 0, 6))).toEqual([1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]);
  });

  test("two decades have 1, 2 and 5", () => {
    expect(values(logTicks(1, 3, 7))).toEqual([10, 20, 50, 100, 200, 500, 1000]);
  });

  test("a short axis has even, round numbers", () => {
    expect(values(logTicks(Math.log10(4000), Math.log10(4240), 6))).toEqual([
      4000, 4050, 4100, 4150, 4200,
    ]);
  });

  test("every axis has ticks inside it, never too many", () => {
    for (let low = -7; low < 4; low += 0.37) {
      for (let span = 0.003; span < 6; span *= 1.31) {
        const ticks = logTicks(low, low + span, 6);
        expect(ticks.length).toBeLessThanOrEqual(6);
        expect(ticks.every((tick) => tick >= low - 1e-9 && tick <= low + span + 1e-9)).toBe(true);
        expect(ticks.length, `${low} + ${span}`).toBeGreaterThan(0);
      }
    }
  });
});
