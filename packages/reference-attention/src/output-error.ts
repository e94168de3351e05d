import { expectLength } from "@sift-attention/tensor";

/** max |actual − expected|; equal infinities differ by 0, and a NaN on either side gives NaN. */
export function maxAbsDifference(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  expectLength("actual", [expected.length], actual);
  let maximum = 0;
  for (let i = 0; i < expected.length; i++) {
    const same = expected[i] === actual[i];
    maximum = Math.max(maximum, same ? 0 : Math.abs(expected[i]! - actual[i]!));
  }
  return maximum;
}

/** ‖actual − expected‖ / ‖expected‖ in the Euclidean norm; 0 when both are all zeros, Infinity when only `expected` is. */
export function relativeL2(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  expectLength("actual", [expected.length], actual);
  const difference = Float64Array.from(expected, (value, i) => actual[i]! - value);
  const error = euclideanNorm(difference);
  return error === 0 ? 0 : error / euclideanNorm(expected);
}

/** Cosine of the angle between two vectors, in [−1, 1]; 1 when both are all zeros, 0 when only one is. */
export function cosineSimilarity(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  expectLength("actual", [expected.length], actual);
  const norms = [euclideanNorm(expected), euclideanNorm(actual)] as const;
  if (norms[0] === 0 || norms[1] === 0) return norms[0] === norms[1] ? 1 : 0;
  let dot = 0;
  for (let i = 0; i < expected.length; i++) {
    dot += (expected[i]! / norms[0]) * (actual[i]! / norms[1]);
  }
  return Math.min(1, Math.max(-1, dot));
}

/** √Σ x². */
export function euclideanNorm(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * vector[i]!;
  return Math.sqrt(sum);
}
