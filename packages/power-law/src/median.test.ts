import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { medianInPlace } from "./median.ts";

describe("medianInPlace", () => {
  test("is the middle of the sorted numbers, ties and any order included", () => {
    const numbers = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.integer({ max: 3 })), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(numbers, (numbers) => {
        const sorted = Float64Array.from(numbers).sort();
        const middle = sorted.length >> 1;
        const upper = sorted[middle]!;
        const expected = sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2;
        expect(
          medianInPlace(Float64Array.from(numbers)) === expected || Number.isNaN(expected),
        ).toBe(true);
      }),
    );
  });
});
