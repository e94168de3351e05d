import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MassHistogram } from "./mass-histogram.ts";
import { percentile } from "./percentile.ts";

function histogramOf(masses: readonly number[]): MassHistogram {
  const histogram = new MassHistogram();
  for (const mass of masses) histogram.add(mass);
  return histogram;
}

const masses = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 });

describe("MassHistogram", () => {
  test("has mean 0.3 and maximum 0.5 over 0, 0.4 and 0.5", () => {
    const histogram = histogramOf([0, 0.4, 0.5]);
    expect(histogram.mean).toBeCloseTo(0.3, 12);
    expect(histogram.max).toBe(0.5);
  });

  test("nothing dropped has percentile 0", () => {
    expect(histogramOf([0, 0, 0]).percentile(0.99)).toBe(0);
  });

  test("has no statistics without masses", () => {
    expect(histogramOf([]).mean).toBeNaN();
    expect(histogramOf([]).percentile(0.99)).toBeNaN();
  });

  test("a mass that rounding carried past 1 counts as 1", () => {
    const histogram = histogramOf([Math.fround(1.0000001)]);
    expect(histogram.max).toBe(1);
    expect(histogram.percentile(0.99)).toBe(1);
  });

  test("percentiles lie at most one bin above the exact ones", () => {
    fc.assert(
      fc.property(masses, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, share) => {
        const above = histogramOf(list).percentile(share) - percentile(list, share);
        expect(above).toBeGreaterThanOrEqual(0);
        expect(above).toBeLessThanOrEqual(0.001 + 1e-12);
      }),
    );
  });

  test("adding up two halves equals the whole", () => {
    fc.assert(
      fc.property(masses, masses, (first, second) => {
        const added = histogramOf(first);
        added.addCounts(histogramOf(second).counts());
        const whole = histogramOf([...first, ...second]);
        expect(added.counts().bins).toEqual(whole.counts().bins);
        expect(added.max).toBe(whole.max);
        expect(added.mean).toBeCloseTo(whole.mean, 10);
      }),
    );
  });
});
