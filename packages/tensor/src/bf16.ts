import { expectLength } from "./expect-shape.ts";
import { float32Bits, float32FromBits } from "./float-bits.ts";

const INFINITY_AS_F32 = 0x7f800000;
const QUIET = 0x0040;

/** Rounds off the lower half, ties to even; a NaN is cut off and made quiet, since rounding could turn it into infinity. */
function bf16BitsFromF32Bits(bits: number): number {
  if ((bits & 0x7fffffff) > INFINITY_AS_F32) return (bits >>> 16) | QUIET;
  const even = (bits >>> 16) & 1;
  return (bits + 0x7fff + even) >>> 16;
}

/**
 * The number that 16 bits mean as bfloat16 (bf16): the upper half of an f32. Exact.
 * @param bits 0 … 65535.
 */
export function decodeBf16(bits: number): number {
  return float32FromBits((bits << 16) >>> 0);
}

/**
 * The nearest bf16 of a number that is rounded to f32 first; ties go to the even significand. NaN stays NaN.
 * @returns 0 … 65535.
 */
export function encodeBf16(value: number): number {
  return bf16BitsFromF32Bits(float32Bits(value));
}

/**
 * The numbers of an array of bf16 bits, as f32. Exact.
 * @param out Receives them, same length; a new array by default.
 * @throws TensorError "length-mismatch" when `out` has another length.
 */
export function decodeBf16Array(
  bits: Uint16Array,
  out: Float32Array = new Float32Array(bits.length),
): Float32Array {
  expectLength("out", [bits.length], out);
  const words = new Uint32Array(out.buffer, out.byteOffset, bits.length);
  for (let i = 0; i < words.length; i++) words[i] = bits[i]! << 16;
  return out;
}

/**
 * The nearest bf16 bits of an array of f32, as `encodeBf16` rounds.
 * @param out Receives them, same length; a new array by default.
 * @throws TensorError "length-mismatch" when `out` has another length.
 */
export function encodeBf16Array(
  values: Float32Array,
  out: Uint16Array = new Uint16Array(values.length),
): Uint16Array {
  expectLength("out", [values.length], out);
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) out[i] = bf16BitsFromF32Bits(words[i]!);
  return out;
}
