import { type Round, roundTo } from "./precision.ts";

/**
 * ln Σ exp(x), computed around the maximum so that nothing overflows. −Infinity when there are no numbers or all are
 * −Infinity.
 * @param values Logits or scores.
 */
export function logSumExp(values: ArrayLike<number>): number {
  return roundedLogSumExp(values, roundTo("f64"));
}

export function roundedLogSumExp(values: ArrayLike<number>, round: Round): number {
  let maximum = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) maximum = Math.max(maximum, values[i]!);
  if (maximum === Number.NEGATIVE_INFINITY) return maximum;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum = round(sum + round(Math.exp(round(values[i]! - maximum))));
  }
  return round(maximum + round(Math.log(sum)));
}
