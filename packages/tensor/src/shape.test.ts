import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { elementCount, formatShape, sameShape } from "./shape.ts";

describe("elementCount", () => {
  test("multiplies the dimensions; a single number has none", () => {
    expect(elementCount([8, 512, 64])).toBe(262144);
    expect(elementCount([])).toBe(1);
    expect(elementCount([3, 0])).toBe(0);
  });
});

describe("formatShape", () => {
  test("writes brackets and commas", () => {
    expect(formatShape([8, 512, 64])).toBe("[8, 512, 64]");
    expect(formatShape([])).toBe("[]");
  });
});

describe("sameShape", () => {
  test("holds exactly when both shapes print the same", () => {
    const shape = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 3 });
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        expect(sameShape(a, b)).toBe(formatShape(a) === formatShape(b));
      }),
    );
  });
});
