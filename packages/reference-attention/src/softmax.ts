import { logSumExp } from "./log-sum-exp.ts";

/** x − logSumExp(x): the logarithms of softmax(x), each ≤ 0. Same length as the logits. */
export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  const total = logSumExp(logits);
  return Float64Array.from(logits, (logit) => logit - total);
}

/** exp(x − logSumExp(x)): probabilities that add up to 1. Same length as the logits. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  return logSoftmax(logits).map(Math.exp);
}
