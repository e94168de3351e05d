import fc from "fast-check";
import { describe, expect, test } from "vitest";
import golden from "./student-t-quantile.golden.json" with { type: "json" };
import { studentTQuantile } from "./student-t-quantile.ts";

function relativeError(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-3);
}

function worstError(quantile: (probability: number, degreesOfFreedom: number) => number): number {
  const errors = golden.values.map((value) =>
    relativeError(quantile(value.probability, value.degreesOfFreedom), value.quantile),
  );
  return Math.max(...errors);
}

describe("studentTQuantile", () => {
  test(`agrees with scipy ${golden.tools.scipy} to 1e-10`, () => {
    expect(worstError(studentTQuantile)).toBeLessThan(1e-10);
  });

  test("a degree of freedom too many in a thousand is seen", () => {
    expect(worstError((p, nu) => studentTQuantile(p, nu * 1.001))).toBeGreaterThan(1e-4);
  });

  test("is tan(π(p − ½)) at one degree of freedom", () => {
    for (const p of [0.01, 0.3, 0.5, 0.8, 0.999]) {
      const exact = Math.tan(Math.PI * (p - 0.5));
      expect(relativeError(studentTQuantile(p, 1), exact)).toBeLessThan(1e-13);
    }
  });

  test("is odd about ½ and rises with the probability", () => {
    const probability = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    const freedom = fc.double({ min: 1, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(probability, probability, freedom, (p, q, nu) => {
        const at = studentTQuantile(p, nu);
        expect(Math.abs(at + studentTQuantile(1 - p, nu))).toBeLessThanOrEqual(
          1e-9 * (1 + Math.abs(at)),
        );
        if (q > p + 1e-9) expect(studentTQuantile(q, nu)).toBeGreaterThan(at);
      }),
    );
  });

  test.each([
    [0, 3],
    [1, 3],
    [Number.NaN, 3],
    [0.9, 0.5],
    [0.9, Infinity],
  ])("refuses probability %d with %d degrees of freedom", (probability, freedom) => {
    expect(() => studentTQuantile(probability, freedom)).toThrowError(
      expect.objectContaining({ name: "PowerLawError", code: "bad-option" }),
    );
  });
});
