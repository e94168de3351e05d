import { findMethod } from "../methods/methods.ts";
import {
  FULL_SETTINGS,
  QUICK_SETTINGS,
  type QualitySettings,
} from "../quality/quality-settings.ts";
import type { QualityOptions } from "./quality-command.ts";

/** What was asked for over what `--quick` or the whole table has. @throws BenchError for an unknown method. */
export function qualitySettingsOf(options: QualityOptions): QualitySettings {
  const base = options.quick ? QUICK_SETTINGS : FULL_SETTINGS;
  const methods = options.methods ?? base.methods;
  methods.forEach(findMethod);
  return {
    methods,
    quantiles: options.quantiles ?? base.quantiles,
    warmup: options.warmup ?? base.warmup,
    contexts: options.context ?? base.contexts,
    windows: options.windows ?? base.windows,
    passkeySamples: options.passkeySamples ?? base.passkeySamples,
    seed: options.seed ?? base.seed,
  };
}
