import { expectLength } from "./expect-shape.ts";
import { float32Bits, float32FromBits } from "./float-bits.ts";

const SIGN = 0x8000;
const INFINITY = 0x7c00;
const QUIET = 0x0200;
/** Below 2^−14 an f16 is subnormal: a multiple of 2^−24. */
const SMALLEST_NORMAL_AS_F32 = 0x38800000;
/** From 2^16 on every f32 is past the largest f16 even before rounding. */
const TWO_TO_16_AS_F32 = 0x47800000;
const INFINITY_AS_F32 = 0x7f800000;
const HALF_AS_F32 = 0x3f000000;
/** f32 exponents are biased by 127, f16 ones by 15. */
const REBIAS = (127 - 15) << 23;

function nanBits(magnitude: number): number {
  return INFINITY | QUIET | ((magnitude >>> 13) & 0x3ff);
}

/** In [0.5, 1) an f32 has steps of 2^−24, the f16 subnormals' own: adding 0.5 makes the hardware round for us. */
function subnormalBits(magnitude: number): number {
  return float32Bits(float32FromBits(magnitude) + 0.5) - HALF_AS_F32;
}

/** Rounds off 13 bits, ties to even; a carry out of the significand rightly raises the exponent, up to infinity. */
function normalBits(magnitude: number): number {
  const even = (magnitude >>> 13) & 1;
  return (magnitude - REBIAS + 0xfff + even) >>> 13;
}

function magnitudeBits(magnitude: number): number {
  if (magnitude > INFINITY_AS_F32) return nanBits(magnitude);
  if (magnitude >= TWO_TO_16_AS_F32) return INFINITY;
  return magnitude < SMALLEST_NORMAL_AS_F32 ? subnormalBits(magnitude) : normalBits(magnitude);
}

function f16BitsFromF32Bits(bits: number): number {
  return ((bits >>> 16) & SIGN) | magnitudeBits(bits & 0x7fffffff);
}

/** f32 bits of a finite f16 but for a factor of 2^112 still missing; infinities and NaN have their exponent filled up. */
function shiftedF32Bits(bits: number): number {
  const magnitude = bits & 0x7fff;
  const filled = magnitude >= INFINITY ? INFINITY_AS_F32 : 0;
  return (((bits & SIGN) << 16) | (magnitude << 13) | filled) >>> 0;
}

/**
 * The number that 16 bits mean as IEEE 754 binary16 (f16). Exact.
 * @param bits 0 … 65535.
 */
export function decodeF16(bits: number): number {
  return float32FromBits(shiftedF32Bits(bits)) * 2 ** 112;
}

/**
 * The nearest f16 of a number that is rounded to f32 first; ties go to the even significand.
 * From 65520 on the result is infinity; NaN stays NaN and becomes quiet.
 * @returns 0 … 65535.
 */
export function encodeF16(value: number): number {
  return f16BitsFromF32Bits(float32Bits(value));
}

/**
 * The numbers of an array of f16 bits, as f32. Exact.
 * @param out Receives them, same length; a new array by default.
 * @throws TensorError "length-mismatch" when `out` has another length.
 */
export function decodeF16Array(
  bits: Uint16Array,
  out: Float32Array = new Float32Array(bits.length),
): Float32Array {
  expectLength("out", [bits.length], out);
  const words = new Uint32Array(out.buffer, out.byteOffset, bits.length);
  for (let i = 0; i < bits.length; i++) {
    words[i] = shiftedF32Bits(bits[i]!);
    out[i] = out[i]! * 2 ** 112;
  }
  return out;
}

/**
 * The nearest f16 bits of an array of f32, as `encodeF16` rounds.
 * @param out Receives them, same length; a new array by default.
 * @throws TensorError "length-mismatch" when `out` has another length.
 */
export function encodeF16Array(
  values: Float32Array,
  out: Uint16Array = new Uint16Array(values.length),
): Uint16Array {
  expectLength("out", [values.length], out);
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) out[i] = f16BitsFromF32Bits(words[i]!);
  return out;
}
