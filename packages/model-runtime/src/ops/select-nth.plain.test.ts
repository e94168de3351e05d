import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { selectNth } from "./select-nth.plain.ts";

const weights = fc.array(fc.float({ min: 0, max: 1, noNaN: true }), {
  minLength: 1,
  maxLength: 60,
});

describe("selectNth", () => {
  test("is what sorting would put there, ties included", () => {
    fc.assert(
      fc.property(weights, fc.nat(), fc.boolean(), (numbers, pick, hasTies) => {
        const values = Float32Array.from(numbers, (value) =>
          hasTies ? Math.round(4 * value) : value,
        );
        const sorted = values.slice().sort();
        const index = pick % values.length;
        expect(selectNth(values.slice(), 0, values.length, index)).toBe(sorted[index]! + 0);
      }),
    );
  });

  test("leaves what lies outside the range alone", () => {
    const values = Float32Array.of(9, 3, 1, 2, -9);
    expect(selectNth(values, 1, 3, 0)).toBe(1);
    expect([values[0], values[4]]).toEqual([9, -9]);
  });
});
