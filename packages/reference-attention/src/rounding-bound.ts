import { maxAbsDifference } from "./output-error.ts";

/** The step from |value|, rounded to float32, to the next larger float32. */
export function float32Ulp(value: number): number {
  const float = Float32Array.of(Math.abs(value));
  const word = new Uint32Array(float.buffer);
  const here = float[0]!;
  word[0]!++;
  return float[0]! - here;
}

/**
 * How far a float32 kernel may lie from the oracle: 2 · max|float32 − oracle| + 4 ulp, the ulp being that of the
 * oracle's largest magnitude. Holds a kernel to the error of honest arithmetic in the same precision, whatever the
 * order of its sums, and nothing looser. Give both the same kept keys, or a key that went the other way hides errors.
 * @param oracle The result under precision "f64".
 * @param float32 The same under precision "f32".
 * @throws TensorError "length-mismatch" when the lengths differ.
 */
export function roundingBound(oracle: ArrayLike<number>, float32: ArrayLike<number>): number {
  const largest = maxAbsDifference(oracle, new Float64Array(oracle.length));
  return 2 * maxAbsDifference(oracle, float32) + 4 * float32Ulp(largest);
}
