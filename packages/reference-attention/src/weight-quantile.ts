import { AttentionError } from "./attention-error.ts";
import type { DecodeResult } from "./decode-attention.ts";
import { type ExemptKeys, isExempt } from "./is-exempt.ts";

/** τ and the keys that do not count. */
export interface QuantileOptions extends ExemptKeys {
  /** τ in [0, 1]: the fraction of keys under the quantile. */
  readonly quantile: number;
}

/**
 * The τ-quantile of n weights as an order statistic, without interpolation: ascending[min(n − 1, ⌊τ·n⌋)], the product
 * rounded to float64. Without ties exactly n − ⌊τ·n⌋ weights are at least as large. NaN when there are none.
 * @param quantile τ in [0, 1].
 * @throws AttentionError "invalid-argument" when τ is outside.
 */
export function orderQuantile(weights: ArrayLike<number>, quantile: number): number {
  if (!(quantile >= 0 && quantile <= 1)) {
    throw new AttentionError(
      "invalid-argument",
      `quantile: expected a number in [0, 1], got ${quantile}`,
    );
  }
  const count = weights.length;
  if (count === 0) return Number.NaN;
  return Float64Array.from(weights).sort()[Math.min(count - 1, Math.floor(quantile * count))]!;
}

/** θ_τ of each head, the quantile of the weights of its visible keys that are not exempt: [queryHeads]. */
export function weightQuantiles(result: DecodeResult, options: QuantileOptions): Float64Array {
  return quantiles(result, result.weights, options);
}

/**
 * ln θ_τ of each head: [queryHeads]. The same key's weight as `weightQuantiles` picks, taken before exp: sifting at it
 * keeps exactly that key and those above.
 */
export function logWeightQuantiles(result: DecodeResult, options: QuantileOptions): Float64Array {
  return quantiles(result, result.logWeights, options);
}

function quantiles(
  result: DecodeResult,
  weights: Float64Array,
  options: QuantileOptions,
): Float64Array {
  const { contextLength } = result.keptSet;
  return Float64Array.from(result.logSumExp, (_, head) => {
    const start = head * contextLength;
    const counted = weights
      .slice(start, start + contextLength)
      .filter(
        (_, key) =>
          result.scores[start + key] !== Number.NEGATIVE_INFINITY &&
          !isExempt(key, contextLength, options),
      );
    return orderQuantile(counted, options.quantile);
  });
}
