import { expectLength } from "@sift-attention/tensor";
import { AttentionError } from "./attention-error.ts";
import { logSumExp } from "./log-sum-exp.ts";
import { logSoftmax } from "./softmax.ts";

/**
 * Kullback–Leibler divergence Σ p · (ln p − ln q) of two next-token distributions, in nats, ≥ 0.
 * @param expected Logits of p, the full attention's: [vocabulary].
 * @param actual Logits of q: [vocabulary].
 * @throws TensorError "length-mismatch" when the lengths differ.
 */
export function klDivergence(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  expectLength("actual", [expected.length], actual);
  const p = logSoftmax(expected);
  const q = logSoftmax(actual);
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const probability = Math.exp(p[i]!);
    if (probability !== 0) sum += probability * (p[i]! - q[i]!);
  }
  return Math.max(0, sum);
}

/**
 * −ln softmax(logits)[token] in nats: what the text's next token costs.
 * @param logits [vocabulary].
 * @param token Index in [0, vocabulary).
 * @throws AttentionError "invalid-argument" when the token is outside the vocabulary.
 */
export function negativeLogLikelihood(logits: ArrayLike<number>, token: number): number {
  const logit = logits[token];
  if (logit === undefined) {
    throw new AttentionError(
      "invalid-argument",
      `token: expected a whole number under ${logits.length}, got ${token}`,
    );
  }
  return logSumExp(logits) - logit;
}
