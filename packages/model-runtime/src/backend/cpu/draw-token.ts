import type { Sampler } from "../../sampling/sampler.ts";
import { logSumExp, topLogprobs } from "../../sampling/token-logprobs.ts";
import type { DrawnToken, DrawOptions } from "../model-backend.ts";

/** The next token, and log-probabilities of the raw logits where they are asked for. @throws ModelError "bad-logits". */
export function drawToken(
  sampler: Sampler,
  logits: Float32Array,
  { uniform, topLogprobs: count }: DrawOptions,
): DrawnToken {
  const id = sampler.next(logits, uniform);
  if (count === undefined) return { id };
  const normaliser = logSumExp(logits);
  return {
    id,
    logprob: logits[id]! - normaliser,
    topLogprobs: topLogprobs(logits, count, normaliser),
  };
}
