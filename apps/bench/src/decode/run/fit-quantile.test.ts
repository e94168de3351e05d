import { describe, expect, test } from "vitest";
import { fitQuantile } from "./fit-quantile.ts";

describe("fitQuantile", () => {
  test.each([
    ["heads that agree", (kept: number) => kept],
    ["three heads that keep what they like", (kept: number) => 1 - (1 - kept) ** 3],
    ["a law that keeps less than it is asked to", (kept: number) => 0.6 * kept ** 1.2],
  ])("reaches the union with %s", async (_, unionOf) => {
    const { quantile, keptUnion } = await fitQuantile(0.25, async (tau) => unionOf(1 - tau));
    expect(keptUnion).toBeCloseTo(unionOf(1 - quantile), 10);
    expect(Math.abs(keptUnion - 0.25)).toBeLessThanOrEqual(0.01);
  });

  test("gives the nearest when the union does not follow", async () => {
    const tried: number[] = [];
    const { keptUnion } = await fitQuantile(0.25, async (tau) => {
      tried.push(tau);
      return 0.6;
    });
    expect(keptUnion).toBe(0.6);
    expect(tried).toHaveLength(7);
    for (const tau of tried) expect(tau > 0 && tau < 1).toBe(true);
  });
});
