import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exponentEnd, exponentOf, exponentScale, fullWeight, weightOf } from "./token-weight.ts";

const exponentArbitrary = fc.nat(exponentEnd - 1);
const lastOfHalving = fc.integer({ min: 1, max: 32 }).map((halvings) => halvings * 2 ** 22 - 1);

describe("weightOf", () => {
  test("is whole, within half a unit and 2^-23 of the power", () => {
    fc.assert(
      fc.property(exponentArbitrary, (exponent) => {
        const weight = weightOf(exponent);
        const exact = fullWeight * 2 ** (-exponent / 2 ** 22);
        expect(Number.isInteger(weight)).toBe(true);
        expect(Math.abs(weight - exact)).toBeLessThanOrEqual(0.5 + exact * 2 ** -23);
      }),
    );
  });

  test("never rises, also where the exponent's whole part changes", () => {
    fc.assert(
      fc.property(fc.oneof(exponentArbitrary, lastOfHalving), (exponent) => {
        expect(weightOf(exponent)).toBeGreaterThanOrEqual(weightOf(exponent + 1));
      }),
    );
  });

  test("ends at 1 and 0", () => {
    expect(weightOf(0)).toBe(2 ** 31);
    expect(weightOf(31 * 2 ** 22)).toBe(1);
    expect(weightOf(exponentEnd - 1)).toBe(1);
    expect(weightOf(exponentEnd)).toBe(0);
  });
});

describe("exponentOf", () => {
  test("counts halvings of the probability", () => {
    const scale = exponentScale(0.5);
    expect(exponentOf(0, Math.LN2, scale) / 2 ** 22).toBeCloseTo(2, 6);
    expect(exponentOf(3, 3, scale)).toBe(0);
  });

  test.each([
    [-Infinity, -Infinity, 0],
    [Infinity, Infinity, 0],
    [-Infinity, 3, exponentEnd],
    [3, Infinity, exponentEnd],
    [-3e38, 3e38, exponentEnd],
  ])("of %d under %d is %d at any temperature", (logit, maximum, exponent) => {
    for (const temperature of [1e-300, 0.7, 1e30]) {
      expect(exponentOf(logit, maximum, exponentScale(temperature))).toBe(exponent);
    }
  });
});
