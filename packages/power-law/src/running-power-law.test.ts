import { createNormal, createRandom } from "@sift-attention/testing/random";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RunningFitOptions } from "./fit-options.ts";
import golden from "./fit-power-law.golden.json" with { type: "json" };
import { fitPowerLaw } from "./fit-power-law.ts";
import type { PowerLawFit } from "./power-law-fit.ts";
import { RunningPowerLaw } from "./running-power-law.ts";

const methods: readonly RunningFitOptions[] = [
  { method: "least-squares" },
  { method: "slope-prior", intercept: "mean" },
  { method: "slope-prior", intercept: "mean", priorMean: 2, priorStd: 0.5 },
];

function running(x: ArrayLike<number>, y: ArrayLike<number>): RunningPowerLaw {
  const law = new RunningPowerLaw();
  for (let i = 0; i < x.length; i++) law.observe(x[i]!, y[i]!);
  return law;
}

function worstError(actual: PowerLawFit, expected: PowerLawFit): number {
  const keys = Object.keys(expected) as (keyof PowerLawFit)[];
  return Math.max(
    ...keys.map(
      (key) => Math.abs(actual[key] - expected[key]) / Math.max(1e-3, Math.abs(expected[key])),
    ),
  );
}

/** y of the law x^(−β) with normal noise of a standard deviation in ln y. */
function noisy(x: readonly number[], exponent: number, std: number, seed: number): number[] {
  const normal = createNormal(createRandom(seed));
  return x.map((value) => Math.exp(-exponent * Math.log(value) + std * normal()));
}

describe("RunningPowerLaw", () => {
  describe.each(golden.cases)("on $name", ({ x, y }) => {
    test.each(methods)("$method agrees with the batch fit after every point", (options) => {
      const law = new RunningPowerLaw();
      for (let count = 1; count <= x.length; count++) {
        law.observe(x[count - 1]!, y[count - 1]!);
        expect(law.count).toBe(count);
        const seen = x.slice(0, count);
        // An exact fit leaves nothing but rounding to compare.
        if (count < 3 || new Set(seen).size < 2) continue;
        const batch = fitPowerLaw(seen, y.slice(0, count), options);
        expect(worstError(law.fit(options), batch)).toBeLessThan(1e-8);
      }
    });
  });

  test("a point left out is seen", () => {
    const { x, y } = golden.cases[0]!;
    const batch = fitPowerLaw(x, y);
    expect(worstError(running(x.slice(1), y.slice(1)).fit(), batch)).toBeGreaterThan(1e-3);
    expect(worstError(running([...x].reverse(), [...y].reverse()).fit(), batch)).toBeLessThan(1e-9);
  });

  test("loses no digits where the residuals are a millionth of the law", () => {
    const x = Array.from({ length: 3000 }, (_, i) => 1e9 + 1e5 * i);
    const y = noisy(x, 1.2, 1e-6, 5);
    for (const options of methods) {
      const batch = fitPowerLaw(x, y, options);
      const { residualStd, autocorrelation, exponent } = running(x, y).fit(options);
      expect(Math.abs(residualStd / batch.residualStd - 1)).toBeLessThan(1e-8);
      expect(Math.abs(autocorrelation - batch.autocorrelation)).toBeLessThan(1e-8);
      expect(Math.abs(exponent - batch.exponent)).toBeLessThan(1e-9);
    }
  });

  test("agrees with the batch fit on any points", () => {
    const point = fc.tuple(
      fc.integer({ min: 1, max: 5000 }),
      fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
    );
    const points = fc
      .array(point, { minLength: 3, maxLength: 40 })
      .filter((points) => points.some(([x]) => x !== points[0]![0]));
    fc.assert(
      fc.property(points, fc.constantFrom(...methods), (points, options) => {
        const x = points.map(([x]) => x);
        const y = points.map(([, y]) => y);
        const batch = fitPowerLaw(x, y, options);
        const fit = running(x, y).fit(options);
        for (const key of ["exponent", "logScale", "residualStd"] as const) {
          expect(Math.abs(fit[key] - batch[key])).toBeLessThan(1e-8 * (1 + Math.abs(batch[key])));
        }
        // Under residuals at the size of rounding their correlation is noise.
        if (batch.residualStd > 1e-6) {
          expect(fit.autocorrelation).toBeCloseTo(batch.autocorrelation, 5);
        }
      }),
    );
  });

  test("a prior fits one point, and points with equal x", () => {
    const options = { method: "slope-prior", intercept: "mean" } as const;
    for (const [x, y] of [
      [[7], [3]],
      [
        [0.1, 0.1, 0.1],
        [1, 2, 8],
      ],
    ] as const) {
      expect(worstError(running(x, y).fit(options), fitPowerLaw(x, y, options))).toBeLessThan(
        1e-12,
      );
    }
  });

  test("a fit does not disturb what follows", () => {
    const { x, y } = golden.cases[2]!;
    const law = new RunningPowerLaw();
    for (let i = 0; i < x.length; i++) {
      law.observe(x[i]!, y[i]!);
      law.fit({ method: "slope-prior", intercept: "mean" });
    }
    expect(law.fit()).toEqual(running(x, y).fit());
  });

  test("does not take a bad point", () => {
    const law = running([1, 2, 3], [3, 2, 2]);
    const before = law.fit();
    for (const [x, y] of [
      [0, 1],
      [1, 0],
      [Number.NaN, 1],
      [1, Infinity],
    ] as const) {
      expect(() => law.observe(x, y)).toThrowError(
        expect.objectContaining({ name: "PowerLawError", code: "bad-value" }),
      );
    }
    expect(law.fit()).toEqual(before);
  });

  test.each<[string, number[], string, string]>([
    ["no point", [], '{"method":"slope-prior","intercept":"mean"}', "too-few-points"],
    ["one point without a prior", [1], "{}", "too-few-points"],
    ["equal x without a prior", [2, 2, 2], "{}", "constant-x"],
    ["Theil–Sen", [1, 2, 3], '{"method":"theil-sen"}', "bad-option"],
    ["a median intercept", [1, 2, 3], '{"method":"slope-prior"}', "bad-option"],
  ])("refuses %s", (_, x, options, code) => {
    const law = running(x, x);
    expect(() => law.fit(JSON.parse(options) as RunningFitOptions)).toThrowError(
      expect.objectContaining({ name: "PowerLawError", code }),
    );
  });

  test("its types leave no way to ask for what needs all points", () => {
    const law = running([1, 2, 3], [3, 2, 2]);
    // @ts-expect-error Theil–Sen needs all pairs of points
    expect(() => law.fit({ method: "theil-sen" })).toThrowError();
    // @ts-expect-error the default intercept is a median
    expect(() => law.fit({ method: "slope-prior" })).toThrowError();
  });
});
