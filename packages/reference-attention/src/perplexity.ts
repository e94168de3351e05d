import { expectLength } from "@sift-attention/tensor";
import { AttentionError } from "./attention-error.ts";

/** A perplexity as a multiple of another over the same tokens. */
export interface PerplexityRatio {
  /** exp(mean(candidate − baseline)). */
  readonly ratio: number;
  /**
   * ratio · s / √n with s the standard deviation of the paired differences: the first-order error of the ratio if tokens
   * were independent; NaN for a single token.
   */
  readonly standardError: number;
}

/**
 * exp(mean) of negative log-likelihoods in nats, one a token.
 * @throws AttentionError "invalid-argument" when there are none.
 */
export function perplexity(negativeLogLikelihoods: ArrayLike<number>): number {
  return Math.exp(mean(negativeLogLikelihoods));
}

/**
 * How much worse a method predicts the same tokens than a baseline. Pairing token by token cancels the text's own
 * spread, so that small ratios show.
 * @param candidate Negative log-likelihoods in nats: [tokens].
 * @param baseline The same tokens under the baseline: [tokens].
 * @throws AttentionError "invalid-argument" when there are none; TensorError "length-mismatch" when the counts differ.
 */
export function perplexityRatio(
  candidate: ArrayLike<number>,
  baseline: ArrayLike<number>,
): PerplexityRatio {
  expectLength("baseline", [candidate.length], baseline);
  const differences = Float64Array.from(candidate, (value, i) => value - baseline[i]!);
  const centre = mean(differences);
  const squares = differences.map((difference) => (difference - centre) ** 2);
  const count = differences.length;
  const variance = (mean(squares) * count) / (count - 1);
  const ratio = Math.exp(centre);
  return { ratio, standardError: ratio * Math.sqrt(variance / count) };
}

function mean(values: ArrayLike<number>): number {
  if (values.length === 0) {
    throw new AttentionError("invalid-argument", "perplexity: expected at least one token, got 0");
  }
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
