import type { GenerateSummary } from "@sift-attention/model-runtime";
import type { CompletionTimings } from "../live-events.ts";

/** OpenAI's count of tokens. */
export interface CompletionUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

export function toUsage(summary: GenerateSummary): CompletionUsage {
  const { promptTokens, reusedTokens, generatedTokens } = summary;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: generatedTokens,
    total_tokens: promptTokens + generatedTokens,
    prompt_tokens_details: { cached_tokens: reusedTokens },
  };
}

export function toTimings(summary: GenerateSummary): CompletionTimings {
  const { promptTokens, reusedTokens, prefillMs, generatedTokens, decodeMs } = summary;
  const readTokens = promptTokens - reusedTokens;
  return {
    cache_n: reusedTokens,
    prompt_n: readTokens,
    prompt_ms: prefillMs,
    prompt_per_second: perSecond(readTokens, prefillMs),
    predicted_n: generatedTokens,
    predicted_ms: decodeMs,
    predicted_per_second: perSecond(generatedTokens, decodeMs),
  };
}

function perSecond(count: number, durationMs: number): number {
  return durationMs > 0 ? (1000 * count) / durationMs : 0;
}
