import { createNormal, createRandom } from "@sift-attention/testing/random";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FitOptions } from "./fit-options.ts";
import golden from "./fit-power-law.golden.json" with { type: "json" };
import { fitPowerLaw } from "./fit-power-law.ts";
import { predictLog } from "./power-law.ts";
import type { PowerLawErrorCode } from "./power-law-error.ts";
import type { PowerLawFit } from "./power-law-fit.ts";

const methods: readonly FitOptions[] = [
  { method: "least-squares" },
  { method: "theil-sen" },
  { method: "slope-prior" },
  { method: "slope-prior", intercept: "mean", priorMean: 1.4, priorStd: 0.3 },
];
const named = methods.map((options) => ({ options, name: JSON.stringify(options) }));

type Figure = keyof PowerLawFit;

/** The largest error among figures of a fit, relative to those above 1. */
function worstError(
  actual: PowerLawFit,
  expected: PowerLawFit,
  figures = Object.keys(expected) as readonly Figure[],
): number {
  return Math.max(
    ...figures.map((key) => Math.abs(actual[key] - expected[key]) / (1 + Math.abs(expected[key]))),
  );
}

function fitOf(points: readonly (readonly [number, number])[], options?: FitOptions): PowerLawFit {
  return fitPowerLaw(
    points.map(([x]) => x),
    points.map(([, y]) => y),
    options,
  );
}

function failing(code: PowerLawErrorCode) {
  return expect.objectContaining({ name: "PowerLawError", code });
}

const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
/** Whole x, two of them different: slopes between nearly equal x would be a matter of rounding. */
const points = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 5000 }), positive), { minLength: 3, maxLength: 24 })
  .filter((points) => points.some(([x]) => x !== points[0]![0]));

describe("fitPowerLaw", () => {
  describe.each(golden.cases)("on $name", ({ x, y, fits }) => {
    test.each(fits.map(({ options, fit }) => ({ options: options as FitOptions, fit })))(
      "$options agrees with numpy and scipy to 1e-10",
      ({ options, fit }) => {
        expect(worstError(fitPowerLaw(x, y, options), fit)).toBeLessThan(1e-10);
      },
    );
  });

  test("one y off by one in a million is seen in every golden fit", () => {
    for (const { x, y, fits } of golden.cases) {
      const wrong = [y[0]! * (1 + 1e-6), ...y.slice(1)];
      for (const { options, fit } of fits) {
        expect(worstError(fitPowerLaw(x, wrong, options as FitOptions), fit)).toBeGreaterThan(
          1e-10,
        );
      }
    }
  });

  test("least squares is the default", () => {
    const { x, y } = golden.cases[0]!;
    expect(fitPowerLaw(x, y)).toEqual(fitPowerLaw(x, y, { method: "least-squares" }));
  });

  test("survives JSON unchanged", () => {
    const { x, y } = golden.cases[0]!;
    for (const options of methods) {
      const fit = fitPowerLaw(x, y, options);
      expect(JSON.parse(JSON.stringify(fit))).toEqual(fit);
    }
  });

  describe.each(named)("$name", ({ options }) => {
    test("recovers an exact law, whatever the prior", () => {
      const exponent = fc.double({ min: -3, max: 3, noNaN: true });
      const logScale = fc.double({ min: -60, max: 10, noNaN: true });
      fc.assert(
        fc.property(exponent, logScale, (exponent, logScale) => {
          const x = [1, 2, 5, 14, 60, 1000];
          const y = x.map((value) => Math.exp(predictLog({ logScale, exponent }, value)));
          const fit = fitPowerLaw(x, y, options);
          expect(fit.exponent).toBeCloseTo(exponent, 11);
          expect(fit.logScale).toBeCloseTo(logScale, 10);
          expect(fit.residualStd).toBeLessThan(1e-12);
        }),
      );
    });

    test("scaling x or y moves logScale alone", () => {
      fc.assert(
        fc.property(points, positive, positive, (points, xScale, yScale) => {
          const fit = fitOf(points, options);
          const scaled = fitOf(
            points.map(([x, y]) => [x * xScale, y * yScale]),
            options,
          );
          const logScale = fit.logScale + Math.log(yScale) + fit.exponent * Math.log(xScale);
          const figures = [
            "exponent",
            "logScale",
            "residualStd",
            "degreesOfFreedom",
            "sxx",
          ] as const;
          expect(worstError(scaled, { ...fit, logScale }, figures)).toBeLessThan(1e-8);
        }),
      );
    });

    test("only the autocorrelation, and what allows for it, depends on the order of the points", () => {
      const shuffled = points.chain((points) =>
        fc.tuple(
          fc.constant(points),
          fc.shuffledSubarray(points, { minLength: points.length, maxLength: points.length }),
        ),
      );
      fc.assert(
        fc.property(shuffled, ([points, again]) => {
          const fit = fitOf(again, options);
          const figures = ["exponent", "logScale", "residualStd", "rSquared", "sxx"] as const;
          expect(worstError(fit, fitOf(points, options), figures)).toBeLessThan(1e-8);
          const { count, autocorrelation, effectiveCount } = fit;
          expect(Math.abs(autocorrelation)).toBeLessThan(1);
          expect(effectiveCount).toBe(count * ((1 - autocorrelation) / (1 + autocorrelation)));
        }),
      );
    });

    test("every number of a fit is finite", () => {
      const extreme = fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true });
      fc.assert(
        fc.property(points, extreme, extreme, (points, x, y) => {
          const fit = fitOf([...points, [x, y]], options);
          expect(Object.values(fit).every(Number.isFinite)).toBe(true);
        }),
      );
    });

    test.each<[string, number[], number[], PowerLawErrorCode]>([
      ["a zero in y", [1, 2, 3], [1, 0, 1], "bad-value"],
      ["a negative x", [1, -2, 3], [1, 1, 1], "bad-value"],
      ["NaN", [1, Number.NaN, 3], [1, 1, 1], "bad-value"],
      ["infinity", [1, 2, 3], [1, 1, Infinity], "bad-value"],
      ["more x than y", [1, 2, 3], [1, 1], "length-mismatch"],
      ["no point", [], [], "too-few-points"],
    ])("refuses %s", (_, x, y, code) => {
      expect(() => fitPowerLaw(x, y, options)).toThrowError(failing(code));
    });
  });

  test("least squares minimises the squared residuals", () => {
    const nudge = fc.double({ min: -0.1, max: 0.1, noNaN: true });
    const loss = (points: [number, number][], law: { logScale: number; exponent: number }) =>
      points.reduce((sum, [x, y]) => sum + (Math.log(y) - predictLog(law, x)) ** 2, 0);
    fc.assert(
      fc.property(points, nudge, nudge, (points, up, tilt) => {
        const { logScale, exponent } = fitOf(points);
        const nudged = { logScale: logScale + up, exponent: exponent + tilt };
        const least = loss(points, { logScale, exponent });
        expect(loss(points, nudged)).toBeGreaterThanOrEqual(least * (1 - 1e-12));
      }),
    );
  });

  test("two points leave least squares no residual", () => {
    const fit = fitPowerLaw([1, 4], [8, 2]);
    expect(fit.exponent).toBeCloseTo(1, 14);
    expect(fit).toMatchObject({ count: 2, degreesOfFreedom: 0, residualStd: 0, exponentStd: 0 });
  });

  test.each([{ method: "least-squares" }, { method: "theil-sen" }] as const)(
    "$method refuses one point and equal x",
    (options) => {
      expect(() => fitPowerLaw([3], [1], options)).toThrowError(failing("too-few-points"));
      // The mean of these equal logarithms is not equal to them in floating point.
      const x = new Array(3).fill(0.1);
      expect(() => fitPowerLaw(x, [1, 2, 3], options)).toThrowError(failing("constant-x"));
    },
  );

  test("Theil–Sen is not moved by outliers in a quarter of the points", () => {
    const normal = createNormal(createRandom(7));
    const x = Array.from({ length: 60 }, (_, i) => 10 * 1.1 ** i);
    const clean = x.map((value) => Math.exp(2 - 1.3 * Math.log(value) + 0.05 * normal()));
    const dirty = clean.map((value, i) => (i % 4 === 3 && i > 20 ? value * 1e4 : value));
    const robust = fitPowerLaw(x, dirty, { method: "theil-sen" });
    expect(robust.exponent).toBeCloseTo(1.3, 1);
    expect(Math.abs(fitPowerLaw(x, dirty).exponent - 1.3)).toBeGreaterThan(0.3);
  });

  describe("under a slope prior", () => {
    test("is the prior's line through one point", () => {
      const fit = fitPowerLaw([10], [0.5], { method: "slope-prior" });
      expect(fit).toMatchObject({ count: 1, exponent: 1, exponentStd: 0.1, degreesOfFreedom: 0 });
      expect(Math.exp(predictLog(fit, 10))).toBeCloseTo(0.5, 14);
    });

    test.each([1e-100, 1e100])("stays finite under a priorStd of %d", (priorStd) => {
      for (const [x, y] of [
        [
          [1, 2, 4],
          [4, 2, 1],
        ],
        [
          [1, 2, 4],
          [4, 1, 3],
        ],
        [
          [2, 2, 2],
          [4, 1, 3],
        ],
      ] as const) {
        const fit = fitPowerLaw(x, y, { method: "slope-prior", priorStd, priorMean: -1e100 });
        expect(Object.values(fit).every(Number.isFinite)).toBe(true);
      }
    });

    test("two points pull by how many priorStd their slope is away: share 1 / (1 + 2²)", () => {
      const fit = fitPowerLaw([1, Math.E], [1, Math.exp(-1.2)], { method: "slope-prior" });
      expect(fit.exponent).toBeCloseTo(1 + 0.2 / 5, 12);
      expect(fit.degreesOfFreedom).toBeCloseTo(1 - 1 / 5, 12);
    });

    test("is the prior when all x are equal", () => {
      const fit = fitPowerLaw([0.1, 0.1, 0.1], [1, 2, 8], { method: "slope-prior", priorMean: 2 });
      expect(fit).toMatchObject({ exponent: 2, exponentStd: 0.1, degreesOfFreedom: 2 });
      expect(Math.exp(predictLog(fit, 0.1))).toBeCloseTo(2, 13);
    });

    test("lies between the prior and least squares, nearer to the data the wider the prior", () => {
      const { x, y } = golden.cases[1]!;
      const free = fitPowerLaw(x, y).exponent;
      const distances = [1e-6, 0.1, 1, 10, 1e6].map((priorStd) => {
        const { exponent } = fitPowerLaw(x, y, { method: "slope-prior", priorStd });
        return (exponent - 1) / (free - 1);
      });
      expect(distances[0]).toBeCloseTo(0, 6);
      expect(distances.at(-1)).toBeCloseTo(1, 6);
      expect([...distances].sort((a, b) => a - b)).toEqual(distances);
    });

    test("64 steps after a long prompt tell less of the exponent than the prior does", () => {
      const { x, y } = golden.cases[1]!;
      const normal = createNormal(createRandom(3));
      const errors = { free: 0, prior: 0 };
      for (let trial = 0; trial < 50; trial++) {
        const noisy = y.map((_, i) => Math.exp(-Math.log(x[i]!) + 0.15 * normal()));
        errors.free += Math.abs(fitPowerLaw(x, noisy).exponent - 1) / 50;
        const prior = fitPowerLaw(x, noisy, { method: "slope-prior" });
        errors.prior += Math.abs(prior.exponent - 1) / 50;
      }
      expect(errors.free).toBeGreaterThan(0.2);
      expect(errors.prior).toBeLessThan(0.05);
    });

    test("the median intercept holds where two points in five are outliers", () => {
      const x = Array.from({ length: 20 }, (_, i) => 100 + i);
      const y = x.map((value, i) => (i % 5 < 2 ? 1e6 : 3) / value);
      const level = (intercept: "median" | "mean") => {
        const fit = fitPowerLaw(x, y, { method: "slope-prior", intercept });
        return Math.exp(predictLog(fit, 110)) * 110;
      };
      expect(level("median")).toBeGreaterThan(2);
      expect(level("median")).toBeLessThan(4);
      expect(level("mean")).toBeGreaterThan(100);
    });

    test.each([
      { priorStd: 0 },
      { priorStd: -1 },
      { priorStd: 1e-200 },
      { priorStd: 1e200 },
      { priorStd: Number.NaN },
      { priorMean: Infinity },
      { intercept: "mode" as "mean" },
    ])("refuses %o", (wrong) => {
      expect(() => fitPowerLaw([1, 2], [1, 2], { method: "slope-prior", ...wrong })).toThrowError(
        failing("bad-option"),
      );
    });
  });

  test("refuses a method that it does not know, by its name", () => {
    const wrong = JSON.parse('{"method":"huber"}') as FitOptions;
    expect(() => fitPowerLaw([1, 2], [1, 2], wrong)).toThrowError(
      expect.objectContaining({ code: "bad-option", message: expect.stringContaining("huber") }),
    );
  });
});
