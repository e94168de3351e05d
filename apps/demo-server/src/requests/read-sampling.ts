import type { SamplingOptions } from "@sift-attention/model-runtime";
import { ApiError } from "../api-error.ts";
import type { SharedRequest } from "./shared-fields.ts";

/** The sampling fields of a request in the runtime's words. @throws ApiError for a biased token that does not exist. */
export function readSampling(
  request: Partial<SharedRequest>,
  vocabularySize: number,
): SamplingOptions {
  const { temperature, top_k, top_p, min_p, repetition_penalty } = request;
  const { presence_penalty, frequency_penalty, logit_bias, seed } = request;
  return {
    ...(temperature !== undefined && { temperature }),
    ...(top_k !== undefined && { topK: top_k }),
    // The runtime takes no 0: a probability that the likeliest token always reaches says the same.
    ...(top_p !== undefined && { topP: Math.max(top_p, Number.MIN_VALUE) }),
    ...(min_p !== undefined && { minP: min_p }),
    ...(repetition_penalty !== undefined && { repetitionPenalty: repetition_penalty }),
    ...(presence_penalty !== undefined && { presencePenalty: presence_penalty }),
    ...(frequency_penalty !== undefined && { frequencyPenalty: frequency_penalty }),
    ...(logit_bias !== undefined && { logitBias: readLogitBias(logit_bias, vocabularySize) }),
    // The runtime takes 32 bits, OpenAI's clients may send more.
    ...(seed !== undefined && { seed: seed >>> 0 }),
  };
}

function readLogitBias(
  bias: Readonly<Record<string, number>>,
  vocabularySize: number,
): ReadonlyMap<number, number> {
  const entries = Object.entries(bias).map(([id, value]) => [Number(id), value] as const);
  const unknown = entries.find(([id]) => id >= vocabularySize);
  if (unknown === undefined) return new Map(entries);
  throw new ApiError(
    "invalid_value",
    `logit_bias: expected token ids below ${vocabularySize}, got ${unknown[0]}.`,
    { param: "logit_bias" },
  );
}
