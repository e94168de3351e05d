import type { GenerateOptions, SamplingOptions } from "../generate-options.ts";
import { ModelError } from "../model-error.ts";
import { expectNumber } from "../sampling/expect-number.ts";
import { type SamplingRules, samplingRules } from "../sampling/sampling-rules.ts";
import { type AttentionSettings, expectAttentionMode } from "./expect-attention-mode.ts";

/** Generate options, checked and with every default filled in. */
export interface GenerateSettings {
  readonly sampling: SamplingRules;
  /** Infinity when the caller did not say. */
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly attention: AttentionSettings;
  readonly topLogprobs: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onPrefill: GenerateOptions["onPrefill"];
}

/** Stands in for options that were left out. */
export interface GenerateDefaults {
  readonly sampling: SamplingOptions;
  readonly attention: AttentionSettings;
}

/** @throws ModelError "bad-option" that names the option, its range and the value. */
export function generateSettings(
  options: GenerateOptions,
  defaults: GenerateDefaults,
  vocabularySize: number,
): GenerateSettings {
  const { maxTokens, attention, topLogprobs } = options;
  return {
    sampling: samplingRules(options, defaults.sampling, vocabularySize),
    maxTokens:
      maxTokens === undefined
        ? Infinity
        : expectNumber("maxTokens", maxTokens, { min: 1, integer: true }),
    stop: (options.stop ?? []).map(expectStop),
    attention: attention === undefined ? defaults.attention : expectAttentionMode(attention),
    topLogprobs:
      topLogprobs === undefined
        ? undefined
        : expectNumber("topLogprobs", topLogprobs, { min: 0, max: 20, integer: true }),
    signal: options.signal,
    onPrefill: options.onPrefill,
  };
}

/** Half a surrogate pair never comes out of a tokenizer, and would split a character. */
function expectStop(stop: unknown, index: number): string {
  if (typeof stop === "string" && stop.length > 0 && !/\p{Surrogate}/u.test(stop)) return stop;
  throw new ModelError(
    "bad-option",
    `stop[${index}]: expected a non-empty string of whole characters, got ${JSON.stringify(stop)}`,
  );
}
