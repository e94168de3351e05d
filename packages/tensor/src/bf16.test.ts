import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeBf16, decodeBf16Array, encodeBf16, encodeBf16Array } from "./bf16.ts";

interface HalfBits {
  readonly f32Bits: number[];
  readonly bf16Bits: number[];
}

const golden: HalfBits = JSON.parse(
  readFileSync(new URL("../golden/half-bits.golden.json", import.meta.url), "utf8"),
);
const everyCode = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);
const isNan = (bits: number) => (bits & 0x7fff) > 0x7f80;

/** bfloat16 by its definition: (−1)^s · 2^(e − 127) · (1 + f / 128), with e = 0 subnormal and e = 255 special. */
function byDefinition(bits: number): number {
  const sign = bits >>> 15 ? -1 : 1;
  const exponent = (bits >>> 7) & 255;
  const fraction = bits & 127;
  if (exponent === 255) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -133;
  return sign * 2 ** (exponent - 127) * (1 + fraction / 128);
}

describe("decodeBf16", () => {
  test("gives the number that bfloat16 defines, for all 65,536 codes", () => {
    const wrong = [...everyCode].filter((bits) => !Object.is(decodeBf16(bits), byDefinition(bits)));
    expect(wrong).toEqual([]);
  });
});

describe("encodeBf16", () => {
  test("takes every code back to itself, infinities and both zeros included", () => {
    const wrong = [...everyCode].filter(
      (bits) => !isNan(bits) && encodeBf16(decodeBf16(bits)) !== bits,
    );
    expect(wrong).toEqual([]);
  });

  test("keeps NaN a NaN, whatever its payload", () => {
    expect(isNan(encodeBf16(Number.NaN))).toBe(true);
    const onlyLowPayload = new Float32Array(Uint32Array.of(0x7f800001, 0xffffffff).buffer);
    expect([...encodeBf16Array(onlyLowPayload)].every(isNan)).toBe(true);
  });

  test("sends a tie to the even neighbour: 1 + 1/256 to 1, 1 + 3/256 to 1 + 4/256", () => {
    expect(decodeBf16(encodeBf16(1 + 1 / 256))).toBe(1);
    expect(decodeBf16(encodeBf16(1 + 3 / 256))).toBe(1 + 4 / 256);
  });

  test("overflows to infinity past the largest bf16 and half a step", () => {
    const largest = decodeBf16(0x7f7f);
    expect(encodeBf16(largest)).toBe(0x7f7f);
    expect(decodeBf16(encodeBf16(-largest * (1 + 1 / 256)))).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("encodeBf16Array", () => {
  const values = new Float32Array(Uint32Array.from(golden.f32Bits).buffer);

  test("rounds as ml_dtypes does, on ties, subnormals, overflow and random bits", () => {
    expect(golden.bf16Bits.length).toBeGreaterThan(1000);
    expect([...encodeBf16Array(values)]).toEqual(golden.bf16Bits);
  });

  test("differs from cutting the low half off: the golden values can tell", () => {
    expect(golden.f32Bits.map((bits) => bits >>> 16)).not.toEqual(golden.bf16Bits);
  });

  test("writes into the array it is given and refuses one of another length", () => {
    const out = new Uint16Array(8).subarray(3, 5);
    expect(encodeBf16Array(Float32Array.of(1, -2), out)).toBe(out);
    expect([...out]).toEqual([0x3f80, 0xc000]);
    expect(() => encodeBf16Array(Float32Array.of(1), out)).toThrow("out: expected [1] = 1 numbers");
  });
});

describe("decodeBf16Array", () => {
  test("equals decodeBf16 for all codes, also in the middle of a buffer", () => {
    const out = new Float32Array(everyCode.length + 2).subarray(1, -1);
    decodeBf16Array(everyCode, out);
    expect([...out].every((value, bits) => Object.is(value, decodeBf16(bits)))).toBe(true);
  });

  test("refuses an output of another length", () => {
    expect(() => decodeBf16Array(everyCode, new Float32Array(3))).toThrow(
      "out: expected [65536] = 65536 numbers, got 3",
    );
  });
});
