import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBf16, encodeBf16 } from "./bf16.ts";
import { decodeF16, encodeF16 } from "./f16.ts";

const formats = [
  { name: "encodeF16", encode: encodeF16, decode: decodeF16, infinity: 0x7c00, limit: 65504 },
  { name: "encodeBf16", encode: encodeBf16, decode: decodeBf16, infinity: 0x7f80, limit: 3.38e38 },
];

describe.each(formats)("$name", ({ encode, decode, infinity, limit }) => {
  const inRange = fc.float({ min: -Math.fround(limit), max: Math.fround(limit), noNaN: true });

  test("is the nearest code: neither neighbour is closer, and of two equally near the even one wins", () => {
    fc.assert(
      fc.property(inRange, (value) => {
        const bits = encode(value);
        const magnitude = bits & 0x7fff;
        const error = Math.abs(decode(bits) - value);
        for (const neighbour of [bits - 1, bits + 1]) {
          if ((neighbour & 0x7fff) > infinity || Math.abs((neighbour & 0x7fff) - magnitude) !== 1)
            continue;
          const neighbourError = Math.abs(decode(neighbour) - value);
          expect(error).toBeLessThanOrEqual(neighbourError);
          if (error === neighbourError) expect(magnitude % 2).toBe(0);
        }
      }),
    );
  });

  test("keeps the order of numbers", () => {
    fc.assert(
      fc.property(inRange, inRange, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(decode(encode(low))).toBeLessThanOrEqual(decode(encode(high)));
      }),
    );
  });

  test("mirrors the sign and changes nothing else", () => {
    fc.assert(
      fc.property(inRange, (value) => {
        expect(encode(-value)).toBe(encode(value) ^ 0x8000);
      }),
    );
  });
});
