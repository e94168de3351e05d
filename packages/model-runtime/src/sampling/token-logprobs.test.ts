import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logSumExp, topLogprobs } from "./token-logprobs.ts";

describe("topLogprobs", () => {
  test("orders by probability, of equal ones the lower id", () => {
    const top = topLogprobs(Float32Array.of(1, 2, 2, 0), 3);
    expect(top.map(({ id }) => id)).toEqual([1, 2, 0]);
  });

  test("all of them sum to probability 1", () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 30 }),
        (numbers) => {
          const top = topLogprobs(Float32Array.from(numbers), numbers.length);
          expect(top).toHaveLength(numbers.length);
          expect(top.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 10);
        },
      ),
    );
  });

  test("none are asked, none come", () => {
    expect(topLogprobs(Float32Array.of(1, 2), 0)).toEqual([]);
  });
});

describe("logSumExp", () => {
  test("does not overflow", () => {
    expect(logSumExp(Float32Array.of(1000, 1000))).toBeCloseTo(1000 + Math.LN2, 9);
  });
});
