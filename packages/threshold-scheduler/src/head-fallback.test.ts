import { describe, expect, test } from "vitest";
import { HeadFallback } from "./head-fallback.ts";

const options = { above: 0.5, below: 0.2, hold: 3, denseAfter: 3 };
const report = (step: number, dropped: number) => ({ step, dropped });

describe("HeadFallback", () => {
  test("a head that drops too much is under full attention for `hold` steps", () => {
    const fallback = new HeadFallback(2, options);
    expect(fallback.observe(1, report(10, 0.5), 11)).toBeUndefined();
    expect(fallback.observe(1, report(11, 0.51), 12)).toBe("fallback");
    expect([11, 12, 13, 14, 15].map((step) => fallback.isActive(1, step))).toEqual([
      ...[true, true, true, true],
      false,
    ]);
    expect(fallback.isActive(0, 12)).toBe(false);
    expect(fallback.fallbacks).toBe(1);
  });

  test("reports of steps in the fallback, and from before it that come late, say nothing", () => {
    const fallback = new HeadFallback(1, options);
    fallback.observe(0, report(11, 0.6), 14);
    expect(fallback.observe(0, report(12, 0.9), 15)).toBeUndefined();
    expect(fallback.observe(0, report(13, 0.9), 16)).toBeUndefined();
    expect(fallback.observe(0, report(14, 0), 17)).toBeUndefined();
    expect(fallback.fallbacks).toBe(1);
  });

  test("the way back is stricter than the way in", () => {
    const fallback = new HeadFallback(1, options);
    fallback.observe(0, report(11, 0.6), 12);
    expect(fallback.observe(0, report(15, 0.3), 16)).toBe("fallback");
    expect(fallback.observe(0, report(19, 0.2), 20)).toBe("recovered");
    expect(fallback.observe(0, report(20, 0.4), 21)).toBeUndefined();
  });

  test("a head that falls back too often is said to be dense", () => {
    const fallback = new HeadFallback(1, options);
    const changes = [11, 15, 19].map((step) => fallback.observe(0, report(step, 0.9), step + 1));
    expect(changes).toEqual(["fallback", "fallback", "dense"]);
  });
});
