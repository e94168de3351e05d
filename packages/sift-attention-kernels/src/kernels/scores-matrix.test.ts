import { decodeF16, encodeF16 } from "@sift-attention/tensor";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const greatestExponent = 141; // of f32 numbers in [2^14, 2^15), biased

const bits = new DataView(new ArrayBuffer(4));

/** s of `scores-matrix.wgsl`. */
function shiftOf(top: number): number {
  bits.setFloat32(0, top);
  return Math.min(greatestExponent - (bits.getUint32(0) >>> 23), 126);
}

const narrow = (x: number): number => decodeF16(encodeF16(x));

/** high + low of a query beside the greatest number of its head. */
function split(query: number, top: number) {
  const shift = shiftOf(top);
  const scaled = Math.fround(query * 2 ** shift);
  const high = narrow(scaled);
  const low = narrow(Math.fround(scaled - high));
  return { high, low, back: (high + low) * 2 ** -shift };
}

const finite = fc.float({ noNaN: true, noDefaultInfinity: true });

describe("the split of queries in scores-matrix.wgsl", () => {
  test("is exact to 2^-23 of the number and 2^-38 of the head's greatest", () => {
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        const top = Math.max(Math.abs(a), Math.abs(b));
        fc.pre(top >= 2 ** -112);
        for (const query of [a, b]) {
          const { high, low, back } = split(query, top);
          expect(Math.abs(high) + Math.abs(low)).toBeLessThanOrEqual(2 ** 15 + 2 ** 4);
          const bound = 2 ** -23 * Math.abs(query) + 2 ** -38 * top;
          expect(Math.abs(query - back)).toBeLessThanOrEqual(bound);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("keeps numbers finite that are too small to be scaled that far", () => {
    for (const top of [0, 2 ** -149, 2 ** -126, 2 ** -113]) {
      const { high, low, back } = split(top, top);
      expect([high, low].every(Number.isFinite)).toBe(true);
      expect(Math.abs(top - back)).toBeLessThanOrEqual(2 ** -149);
    }
  });

  test("reaches numbers that f16 alone does not hold", () => {
    const query = 1 + 2 ** -15;
    const { high, back } = split(query, query);
    expect(back).toBe(query);
    expect(high * 2 ** -shiftOf(query)).not.toBe(query);
  });
});
