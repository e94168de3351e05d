import type { TokenLogprob } from "../generated-token.ts";

/** ln Σ exp(logits): [vocabulary]. */
export function logSumExp(logits: Float32Array): number {
  let maximum = -Infinity;
  for (const logit of logits) if (logit > maximum) maximum = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - maximum);
  return maximum + Math.log(sum);
}

/** The `count` most likely tokens, most likely first, of equal ones the lower id: log-probabilities under the raw logits. */
export function topLogprobs(
  logits: Float32Array,
  count: number,
  normaliser: number = logSumExp(logits),
): TokenLogprob[] {
  const top: { id: number; logprob: number }[] = [];
  for (let id = 0; id < logits.length && count > 0; id++) {
    const logprob = logits[id]! - normaliser;
    if (top.length === count && logprob <= top[count - 1]!.logprob) continue;
    const place = top.findIndex((other) => other.logprob < logprob);
    top.splice(place === -1 ? top.length : place, 0, { id, logprob });
    if (top.length > count) top.pop();
  }
  return top;
}
