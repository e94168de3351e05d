import { modelPath } from "@sift-attention/tales-28m";
import { BenchError } from "../bench-error.ts";
import {
  DECODE_METHODS,
  DEFAULT_DECODE_SETTINGS,
  type DecodeMethod,
  type DecodeSettings,
} from "../decode/decode-settings.ts";
import type { DecodeOptions } from "./decode-command.ts";

/** What was asked for over the defaults. @throws BenchError for an unknown method. */
export function decodeSettingsOf(options: DecodeOptions): DecodeSettings {
  const defaults = DEFAULT_DECODE_SETTINGS;
  return {
    models: options.models ?? [modelPath()],
    contexts: options.contexts ?? defaults.contexts,
    batches: options.batches ?? defaults.batches,
    batchContext: options.batchContext ?? defaults.batchContext,
    methods: options.methods?.map(findMethod) ?? defaults.methods,
    fraction: options.fraction ?? defaults.fraction,
    tokens: options.tokens ?? defaults.tokens,
    warmup: options.warmup ?? defaults.warmup,
    samples: options.samples ?? defaults.samples,
    prefillTokens: options.prefillTokens ?? defaults.prefillTokens,
    plantAbove: options.plantAbove ?? defaults.plantAbove,
    maxRows: options.rows ?? defaults.maxRows,
    profileSamples: options.profileSamples ?? defaults.profileSamples,
    budgetSeconds: options.budgetSeconds ?? defaults.budgetSeconds,
  };
}

function findMethod(name: string): DecodeMethod {
  const found = DECODE_METHODS.find((method) => method === name);
  if (found) return found;
  throw new BenchError(`--methods: expected some of ${DECODE_METHODS.join(", ")}, got ${name}`);
}
