import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logSumExp } from "./log-sum-exp.ts";
import { maxAbsDifference } from "./output-error.ts";
import { logSoftmax, softmax } from "./softmax.ts";

const logits = fc.array(fc.double({ min: -500, max: 500, noNaN: true }), { minLength: 1 });

describe("logSumExp", () => {
  test("agrees with its definition where that does not overflow, and goes on where it does", () => {
    expect(logSumExp([0, Math.log(2), Math.log(3)])).toBeCloseTo(Math.log(6), 14);
    expect(logSumExp([10000, 10000])).toBeCloseTo(10000 + Math.LN2, 10);
  });

  test("is −∞ of nothing and of nothing visible", () => {
    expect(logSumExp([])).toBe(Number.NEGATIVE_INFINITY);
    expect(logSumExp([Number.NEGATIVE_INFINITY])).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("softmax", () => {
  test("adds up to 1 and does not change when all logits move together", () => {
    fc.assert(
      fc.property(logits, fc.double({ min: -100, max: 100, noNaN: true }), (logits, shift) => {
        const weights = softmax(logits);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
        const moved = softmax(logits.map((logit) => logit + shift));
        expect(maxAbsDifference(weights, moved)).toBeLessThan(1e-12);
      }),
    );
  });
});

describe("logSoftmax", () => {
  test("is the logarithm of softmax", () => {
    expect([...logSoftmax([0, Math.log(3)])]).toEqual(
      [0.25, 0.75].map((weight) => expect.closeTo(Math.log(weight), 14)),
    );
  });
});
