import { describe, expect, test } from "vitest";
import { cosineSimilarity, euclideanNorm, maxAbsDifference, relativeL2 } from "./output-error.ts";

describe("maxAbsDifference", () => {
  test("is the largest difference of any two numbers in the same place", () => {
    expect(maxAbsDifference([1, 2, 3], [1, 4, 2.5])).toBe(2);
    expect(maxAbsDifference([], [])).toBe(0);
  });

  test("takes equal infinities as equal and lets NaN through", () => {
    const infinity = Number.POSITIVE_INFINITY;
    expect(maxAbsDifference([infinity, 1], [infinity, 1])).toBe(0);
    expect(maxAbsDifference([infinity], [-infinity])).toBe(infinity);
    expect(maxAbsDifference([1, 5], [Number.NaN, 5])).toBeNaN();
  });

  test("refuses arrays of different lengths", () => {
    expect(() => maxAbsDifference([1, 2], [1])).toThrow("actual: expected [2] = 2 numbers, got 1");
  });
});

describe("relativeL2", () => {
  test("divides the length of the difference by that of the expected vector", () => {
    expect(relativeL2([3, 4], [3, 9])).toBe(1);
    expect(relativeL2([3, 4], [3, 4])).toBe(0);
    expect(relativeL2([0, 0], [0, 0])).toBe(0);
    expect(relativeL2([0, 0], [0, 1])).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("cosineSimilarity", () => {
  test("depends on the angle alone", () => {
    expect(cosineSimilarity([3, 4], [6, 8])).toBeCloseTo(1, 15);
    expect(cosineSimilarity([1, 0], [0, 5])).toBe(0);
    expect(cosineSimilarity([1, 2], [-1, -2])).toBeCloseTo(-1, 15);
    expect(cosineSimilarity([1, 0], [1, 1])).toBeCloseTo(Math.SQRT1_2, 15);
  });

  test("is 1 for two zero vectors and 0 for one", () => {
    expect(cosineSimilarity([0, 0], [0, 0])).toBe(1);
    expect(cosineSimilarity([0, 0], [0, 1])).toBe(0);
  });
});

describe("euclideanNorm", () => {
  test("is the root of the sum of squares", () => {
    expect(euclideanNorm([3, -4])).toBe(5);
    expect(euclideanNorm([])).toBe(0);
  });
});
