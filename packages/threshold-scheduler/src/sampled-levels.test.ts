import { createNormal, createRandom } from "@sift-attention/testing/random";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  commonLogThreshold,
  isSampledLength,
  keptAt,
  logit,
  logQuantileAt,
  SAMPLED_LEVELS,
} from "./sampled-levels.ts";

/** ln of weights drawn from a log-normal distribution, sorted: [count]. */
function logWeights(count: number, sigma: number, seed: number): Float64Array {
  const normal = createNormal(createRandom(seed));
  return Float64Array.from({ length: count }, () => sigma * normal() - Math.log(count)).sort();
}

function quantilesOf(sorted: Float64Array): number[] {
  return SAMPLED_LEVELS.map((level) => sorted[Math.floor(level * sorted.length)]!);
}

describe("isSampledLength", () => {
  test("samples 41 of the first 1,024 rows and 57 of the first 4,096, evenly in ln N", () => {
    const lengths = Array.from({ length: 4096 }, (_, i) => i + 1).filter(isSampledLength);
    expect(lengths).toHaveLength(57);
    expect(lengths.filter((length) => length <= 1024)).toHaveLength(41);
    expect(lengths.slice(0, 4)).toEqual([32, 35, 38, 41]);
    expect(lengths.at(-1)).toBe(4096);
    const steps = lengths.slice(1).map((length, i) => Math.log2(length / lengths[i]!));
    expect(Math.min(...steps)).toBeGreaterThan(0.09);
    expect(Math.max(...steps)).toBeLessThan(0.16);
  });
});

describe("logQuantileAt", () => {
  test("is exact at the sampled levels and ascends between and beyond them", () => {
    const quantiles = quantilesOf(logWeights(4000, 1.5, 1));
    for (const [i, level] of SAMPLED_LEVELS.entries()) {
      expect(logQuantileAt(level, quantiles)).toBeCloseTo(quantiles[i]!, 10);
    }
    const between = [0.01, 0.2, 0.3, 0.6, 0.8, 0.9, 0.95, 0.99, 0.999];
    const values = between.map((level) => logQuantileAt(level, quantiles));
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  });
});

describe("keptAt", () => {
  test("is the inverse of the quantiles", () => {
    const quantiles = quantilesOf(logWeights(4000, 2, 2));
    fc.assert(
      fc.property(fc.double({ min: 0.02, max: 0.98, noNaN: true }), (level) => {
        expect(keptAt(logQuantileAt(level, quantiles), quantiles, 0)).toBeCloseTo(1 - level, 6);
      }),
    );
  });

  test("equal quantiles are a step, not a division by 0", () => {
    const equal = new Array<number>(SAMPLED_LEVELS.length).fill(-7);
    expect(keptAt(-7.01, equal, 0)).toBeGreaterThan(0.99);
    expect(keptAt(-6.99, equal, 0)).toBeLessThan(0.01);
  });
});

describe("commonLogThreshold", () => {
  test("keeps the share on average over heads of different spread, counted on their weights", () => {
    const heads = [0.3, 0.8, 1.5, 2.5].map((sigma, i) => logWeights(20_000, sigma, i + 5));
    const quantiles = heads.flatMap(quantilesOf);
    for (const kept of [0.5, 0.25, 0.125]) {
      const threshold = commonLogThreshold(kept, quantiles, [0, 1, 2, 3]);
      const shares = heads.map((weights) => weights.filter((w) => w >= threshold).length / 20_000);
      expect(shares.reduce((sum, share) => sum + share, 0) / 4).toBeCloseTo(kept, 1.7);
      // Each head gets its own share of it: the peaked one reads least.
      expect(shares.indexOf(Math.min(...shares))).not.toBe(shares.indexOf(Math.max(...shares)));
    }
  });

  test("of one head it is its own quantile", () => {
    const quantiles = quantilesOf(logWeights(4000, 1.5, 1));
    expect(commonLogThreshold(1 / 4, quantiles, [0])).toBeCloseTo(quantiles[2]!, 5);
    expect(logit(0.5)).toBe(0);
  });
});
