import { WrongResult } from "./wrong-result.ts";

/**
 * Largest error of a right kernel, as a share of the oracle's largest magnitude. All keys weigh nearly the same here, so
 * that leaving one of n out moves the output by about √n/n of it, 0.006 at 2,048 keys: over the bound up to 131,072. Every
 * variant sums in f32 and rounds no factor to f16.
 */
export const relativeBound: number = 2 ** -12;

/** Largest absolute difference over the largest absolute value of the truth. */
export function relativeError(result: ArrayLike<number>, truth: ArrayLike<number>): number {
  let [difference, largest] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    difference = Math.max(difference, Math.abs(result[i]! - truth[i]!));
    largest = Math.max(largest, Math.abs(truth[i]!));
  }
  return largest > 0 ? difference / largest : difference;
}

/** @returns the relative error. @throws WrongResult when it is over the bound or no number. */
export function expectClose(
  result: ArrayLike<number>,
  truth: ArrayLike<number>,
  { bound, against }: { readonly bound: number; readonly against: string },
): number {
  const error = relativeError(result, truth);
  if (result.length === truth.length && error <= bound) return error;
  throw new WrongResult(
    `output: expected within ${bound.toExponential(1)} of ${against}, relative to its largest value, got ${error.toExponential(1)} off`,
  );
}
