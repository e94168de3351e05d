import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeF16, decodeF16Array, encodeF16, encodeF16Array } from "./f16.ts";

interface HalfBits {
  readonly f32Bits: number[];
  readonly f16Bits: number[];
}

const golden: HalfBits = JSON.parse(
  readFileSync(new URL("../golden/half-bits.golden.json", import.meta.url), "utf8"),
);
const everyCode = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);
const isNan = (bits: number) => (bits & 0x7fff) > 0x7c00;

/** IEEE 754 binary16 by its definition: (−1)^s · 2^(e − 15) · (1 + f / 1024), with e = 0 subnormal and e = 31 special. */
function byDefinition(bits: number): number {
  const sign = bits >>> 15 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

describe("decodeF16", () => {
  test("gives the number that binary16 defines, for all 65,536 codes", () => {
    const wrong = [...everyCode].filter((bits) => !Object.is(decodeF16(bits), byDefinition(bits)));
    expect(wrong).toEqual([]);
  });
});

describe("encodeF16", () => {
  test("takes every code back to itself, infinities and both zeros included", () => {
    const wrong = [...everyCode].filter(
      (bits) => !isNan(bits) && encodeF16(decodeF16(bits)) !== bits,
    );
    expect(wrong).toEqual([]);
  });

  test("keeps NaN a NaN, whatever its payload", () => {
    expect(isNan(encodeF16(Number.NaN))).toBe(true);
    const onlyLowPayload = new Float32Array(Uint32Array.of(0x7f800001).buffer);
    expect(isNan(encodeF16Array(onlyLowPayload)[0]!)).toBe(true);
  });

  test("sends a tie to the even neighbour: 1 + 1/2048 to 1, 1 + 3/2048 to 1 + 4/2048", () => {
    expect(decodeF16(encodeF16(1 + 1 / 2048))).toBe(1);
    expect(decodeF16(encodeF16(1 + 3 / 2048))).toBe(1 + 4 / 2048);
  });

  test("overflows to infinity from 65,520 on and not before", () => {
    expect(decodeF16(encodeF16(65519.99))).toBe(65504);
    expect(decodeF16(encodeF16(-65520))).toBe(Number.NEGATIVE_INFINITY);
  });

  test("underflows to zero at half the smallest subnormal, whose tie is even", () => {
    expect(encodeF16(2 ** -25)).toBe(0);
    expect(encodeF16(2 ** -25 * 1.0001)).toBe(1);
    expect(encodeF16(-(2 ** -26))).toBe(0x8000);
  });
});

describe("encodeF16Array", () => {
  const values = new Float32Array(Uint32Array.from(golden.f32Bits).buffer);

  test("rounds as numpy does, on ties, subnormals, overflow and random bits", () => {
    expect(golden.f16Bits.length).toBeGreaterThan(1000);
    expect([...encodeF16Array(values)]).toEqual(golden.f16Bits);
  });

  test("differs from cutting the low bits off: the golden values can tell", () => {
    const cutOff = (value: number) => {
      const bits = encodeF16(value);
      return Math.abs(decodeF16(bits)) > Math.abs(value) ? bits - 1 : bits;
    };
    expect(Array.from(values, cutOff)).not.toEqual(golden.f16Bits);
  });

  test("writes into the array it is given and refuses one of another length", () => {
    const out = new Uint16Array(8).subarray(3, 5);
    expect(encodeF16Array(Float32Array.of(1, -2), out)).toBe(out);
    expect([...out]).toEqual([0x3c00, 0xc000]);
    expect(() => encodeF16Array(Float32Array.of(1), out)).toThrow("out: expected [1] = 1 numbers");
  });
});

describe("decodeF16Array", () => {
  test("equals decodeF16 for all codes, also in the middle of a buffer", () => {
    const out = new Float32Array(everyCode.length + 2).subarray(1, -1);
    decodeF16Array(everyCode, out);
    expect([...out].every((value, bits) => Object.is(value, decodeF16(bits)))).toBe(true);
  });

  test("refuses an output of another length", () => {
    expect(() => decodeF16Array(everyCode, new Float32Array(3))).toThrow(
      "out: expected [65536] = 65536 numbers, got 3",
    );
  });
});
