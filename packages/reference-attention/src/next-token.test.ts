import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { klDivergence, negativeLogLikelihood } from "./next-token.ts";

const pairs = fc.array(
  fc.tuple(
    fc.double({ min: -50, max: 50, noNaN: true }),
    fc.double({ min: -50, max: 50, noNaN: true }),
  ),
  { minLength: 1 },
);

describe("klDivergence", () => {
  test("of (1/2, 1/2) to (1/4, 3/4) is ½·ln 2 + ½·ln ⅔", () => {
    const expected = 0.5 * Math.log(2) + 0.5 * Math.log(2 / 3);
    expect(klDivergence([0, 0], [0, Math.log(3)])).toBeCloseTo(expected, 14);
  });

  test("is at least 0, and 0 for logits that differ by a constant", () => {
    fc.assert(
      fc.property(pairs, (pairs) => {
        const p = pairs.map(([logit]) => logit);
        expect(
          klDivergence(
            p,
            pairs.map(([, logit]) => logit),
          ),
        ).toBeGreaterThanOrEqual(0);
        expect(
          klDivergence(
            p,
            p.map((logit) => logit + 3),
          ),
        ).toBeLessThan(1e-12);
      }),
    );
  });

  test("is infinite where the second excludes what the first allows, not the other way round", () => {
    const never = Number.NEGATIVE_INFINITY;
    expect(klDivergence([0, 0], [0, never])).toBe(Number.POSITIVE_INFINITY);
    expect(klDivergence([0, never], [0, 0])).toBeCloseTo(Math.LN2, 14);
    expect(klDivergence([0, never], [0, never])).toBe(0);
  });

  test("lets NaN through and refuses different lengths", () => {
    expect(klDivergence([0, Number.NaN], [0, 0])).toBeNaN();
    expect(() => klDivergence([0, 0], [0])).toThrow("actual: expected [2]");
  });
});

describe("negativeLogLikelihood", () => {
  test("is −ln of the token's probability", () => {
    expect(negativeLogLikelihood([0, Math.log(3)], 1)).toBeCloseTo(-Math.log(0.75), 14);
  });

  test.each([-1, 2, 0.5])("refuses token %d of 2", (token) => {
    expect(() => negativeLogLikelihood([0, 0], token)).toThrow(
      `token: expected a whole number under 2, got ${token}`,
    );
  });
});
