import { describe, expect, test } from "vitest";
import { expectedLogSumExp, JITTER, keptCount, logThreshold, plantBands } from "./planted-bands.ts";

const bands = plantBands([0.5, 0.05, 0.25], 1000);

describe("plantBands", () => {
  test("has a band for each fraction and one for the rest, the smallest fraction highest", () => {
    expect(bands.fractions).toEqual([0.05, 0.25, 0.5, 1]);
    expect(bands.counts).toEqual([50, 250, 500, 1000]);
    expect(bands.levels).toEqual([1.5, 1, 0.5, 0]);
  });
});

describe("keptCount", () => {
  test("rounds to whole keys, one at least", () => {
    expect(keptCount(0.125, 300)).toBe(38);
    expect(keptCount(0.05, 1)).toBe(1);
  });
});

describe("expectedLogSumExp", () => {
  test("is the logarithm of the sum over evenly spread scores", () => {
    let sum = 0;
    for (const [band, level] of bands.levels.entries()) {
      const keys = bands.counts[band]! - (bands.counts[band - 1] ?? 0);
      for (let i = 0; i < keys; i++) {
        sum += Math.exp(level + JITTER * ((2 * i + 1) / keys - 1));
      }
    }
    expect(expectedLogSumExp(bands)).toBeCloseTo(Math.log(sum), 5);
  });
});

describe("logThreshold", () => {
  test("lies farther from every key's score than the jitter", () => {
    for (const fraction of [0.05, 0.25, 0.5]) {
      const cut = logThreshold(bands, fraction, 7) + 7;
      const band = bands.fractions.indexOf(fraction);
      expect(bands.levels[band]! - JITTER).toBeGreaterThan(cut);
      expect(bands.levels[band + 1]! + JITTER).toBeLessThan(cut);
    }
  });

  test("keeps everything at fraction 1", () => {
    expect(logThreshold(bands, 1, 7)).toBe(Number.NEGATIVE_INFINITY);
  });

  test("has none for a fraction that was not planted", () => {
    expect(() => logThreshold(bands, 0.3, 7)).toThrow("no band of 0.3");
  });
});
