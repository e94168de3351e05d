import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { percentile } from "./percentile.ts";

describe("percentile", () => {
  const oneToHundred = Array.from({ length: 100 }, (_, i) => 100 - i);

  test("99 % of 1 to 100 is 99", () => {
    expect(percentile(oneToHundred, 0.99)).toBe(99);
  });

  test("100 % is the maximum", () => {
    expect(percentile(oneToHundred, 1)).toBe(100);
  });

  test("of one value is that value", () => {
    expect(percentile([3], 0.99)).toBe(3);
  });

  test("of no values is refused", () => {
    expect(() => percentile([], 0.5)).toThrow(RangeError);
  });

  test("is a value that the share of all values does not exceed", () => {
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, share) => {
        const found = percentile(list, share);
        expect(list.filter((value) => value <= found).length).toBeGreaterThanOrEqual(
          Math.ceil(share * list.length),
        );
        expect(list.filter((value) => value < found).length).toBeLessThan(share * list.length);
      }),
    );
  });
});
