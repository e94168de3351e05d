import { createNormal, createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import type { FitOptions } from "./fit-options.ts";
import golden from "./fit-power-law.golden.json" with { type: "json" };
import { fitPowerLaw } from "./fit-power-law.ts";
import { predictLog } from "./power-law.ts";
import { predictionBand, predictionInterval } from "./prediction-interval.ts";

const cases = golden.cases.flatMap(({ name, x, y, fits }) =>
  fits.map(({ options, interval }) => ({
    name: `${name}: ${JSON.stringify(options)}`,
    fit: fitPowerLaw(x, y, options as FitOptions),
    interval,
  })),
);
const { x, y } = golden.cases[0]!;

/** Share of fresh observations at `at` inside the interval, above its lower bound, over seeded trials. */
function coverage(options: FitOptions, at: number, level: number, rho: number) {
  const trials = 2000;
  const random = createRandom(11);
  const normal = createNormal(random);
  const steps = Array.from({ length: 40 }, (_, i) => 100 + 20 * i);
  const share = { inside: 0, aboveLow: 0 };
  for (let trial = 0; trial < trials; trial++) {
    let noise = normal();
    const observe = (x: number) => {
      noise = rho * noise + Math.sqrt(1 - rho * rho) * normal();
      return Math.exp(0.3 - 1.05 * Math.log(x) + 0.2 * noise);
    };
    const fit = fitPowerLaw(steps, steps.map(observe), options);
    noise = normal();
    const fresh = Math.log(observe(at));
    const { lowLog, highLog } = predictionInterval(fit, at, level);
    if (fresh >= lowLog) share.aboveLow += 1 / trials;
    if (fresh >= lowLog && fresh <= highLog) share.inside += 1 / trials;
  }
  return share;
}

describe("predictionInterval", () => {
  test.each(cases)("agrees with scipy on $name", ({ fit, interval }) => {
    const { lowLog, highLog } = predictionInterval(fit, interval.x, interval.level);
    expect(Math.abs(lowLog - interval.lowLog)).toBeLessThan(1e-9);
    expect(Math.abs(highLog - interval.highLog)).toBeLessThan(1e-9);
  });

  test("one degree of freedom too many is seen", () => {
    const { fit, interval } = cases[0]!;
    const wrong = { ...fit, degreesOfFreedom: fit.degreesOfFreedom + 1 };
    const { lowLog } = predictionInterval(wrong, interval.x, interval.level);
    expect(Math.abs(lowLog - interval.lowLog)).toBeGreaterThan(1e-5);
  });

  test.each([
    { options: { method: "least-squares" } as const, at: 300 },
    { options: { method: "least-squares" } as const, at: 5000 },
    { options: { method: "theil-sen" } as const, at: 5000 },
    { options: { method: "slope-prior" } as const, at: 300 },
    { options: { method: "slope-prior" } as const, at: 5000 },
  ])("$options.method holds its level at x = $at under independent noise", ({ options, at }) => {
    const { inside, aboveLow } = coverage(options, at, 0.9, 0);
    // The binomial standard error of 2,000 trials is 0.007.
    expect(inside).toBeGreaterThan(0.88);
    expect(inside).toBeLessThan(0.94);
    expect(aboveLow).toBeGreaterThan(0.93);
    expect(aboveLow).toBeLessThan(0.98);
  });

  test.each([
    { options: { method: "least-squares" } as const },
    { options: { method: "slope-prior" } as const },
  ])(
    "$options.method stays near its level far outside when noise has a correlation of 0.7",
    ({ options }) => {
      // Without the effective count in the exponent's deviation: 0.74 and 0.78.
      expect(coverage(options, 5000, 0.9, 0.7).inside).toBeGreaterThan(0.82);
    },
  );

  test("widens away from the mean of ln x and with the level", () => {
    const fit = fitPowerLaw(x, y);
    const width = (at: number, level: number) => {
      const { lowLog, highLog } = predictionInterval(fit, at, level);
      expect((lowLog + highLog) / 2).toBeCloseTo(predictLog(fit, at), 12);
      return highLog - lowLog;
    };
    const mean = Math.exp(fit.meanLogX);
    expect(width(mean, 0.9)).toBeLessThan(width(mean * 3, 0.9));
    expect(width(mean * 3, 0.9)).toBeLessThan(width(mean * 9, 0.9));
    expect(width(mean / 3, 0.9)).toBeCloseTo(width(mean * 3, 0.9), 12);
    expect(width(mean, 0.9)).toBeLessThan(width(mean, 0.99));
  });

  test("correlated residuals widen it", () => {
    const fit = { ...fitPowerLaw(x, y), autocorrelation: 0, effectiveCount: x.length };
    const correlated = { ...fit, autocorrelation: 0.8, effectiveCount: x.length / 9 };
    const free = predictionInterval(fit, 300, 0.9);
    expect(predictionInterval(correlated, 300, 0.9).lowLog).toBeLessThan(free.lowLog);
  });

  test("is built on the band: one quantile for all x", () => {
    const fit = fitPowerLaw(x, y, { method: "slope-prior" });
    const { meanLogX, squareAtMean, squarePerDistance } = predictionBand(fit, 0.8);
    const half = Math.sqrt(squareAtMean + squarePerDistance * (Math.log(777) - meanLogX) ** 2);
    expect(predictionInterval(fit, 777, 0.8).lowLog).toBe(predictLog(fit, 777) - half);
  });

  test.each([0, 1, -0.5, Number.NaN])("refuses the level %d", (level) => {
    expect(() => predictionInterval(fitPowerLaw(x, y), 10, level)).toThrowError(
      expect.objectContaining({ name: "PowerLawError", code: "bad-option" }),
    );
  });

  test.each([0, -1, Number.NaN, Infinity])("refuses x = %d", (at) => {
    expect(() => predictionInterval(fitPowerLaw(x, y), at, 0.9)).toThrowError(
      expect.objectContaining({ code: "bad-value" }),
    );
  });

  test("refuses a fit that passes through its points", () => {
    expect(() => predictionInterval(fitPowerLaw([1, 2], [2, 1]), 3, 0.9)).toThrowError(
      expect.objectContaining({ code: "no-residual" }),
    );
  });
});
