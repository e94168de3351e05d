import { BenchError } from "../bench-error.ts";
import { findMethod } from "../methods/methods.ts";
import {
  FULL_SETTINGS,
  QUICK_SETTINGS,
  type QualitySettings,
} from "../quality/quality-settings.ts";
import { findSuite } from "../quality/quality-suite.ts";
import type { QualityOptions } from "./quality-command.ts";

/** What was asked for over what `--quick` or the whole table has. @throws BenchError for an unknown method or suite. */
export function qualitySettingsOf(options: QualityOptions): QualitySettings {
  const base = options.quick ? QUICK_SETTINGS : FULL_SETTINGS;
  return {
    suites: options.suites?.map(findSuite) ?? base.suites,
    methods: methodsOf(options, base),
    quantiles: options.quantiles ?? base.quantiles,
    warmup: options.warmup ?? base.warmup,
    contexts: options.context ?? base.contexts,
    windows: options.windows ?? base.windows,
    outputRows: options.outputRows ?? base.outputRows,
    passkeySamples: options.passkeySamples ?? base.passkeySamples,
    needleKeys: options.needleKeys ?? base.needleKeys,
    generate: options.generate ?? base.generate,
    promptTokens: options.promptTokens ?? base.promptTokens,
    temperature: options.temperature ?? base.temperature,
    pairs: options.pairs ?? base.pairs,
    pairTokens: options.pairTokens ?? base.pairTokens,
    seeds: options.seeds ?? base.seeds,
    seed: options.seed ?? base.seed,
  };
}

/** Those asked for; of the default ones, those that the backend runs. */
function methodsOf({ methods, backend }: QualityOptions, base: QualitySettings): readonly string[] {
  const needsCpu = (name: string): boolean => {
    const method = findMethod(name);
    return method.needsCpu || method.calibration !== undefined;
  };
  if (backend === "cpu") {
    methods?.forEach(findMethod);
    return methods ?? base.methods;
  }
  if (!methods) return base.methods.filter((name) => !needsCpu(name));
  const refused = methods.find(needsCpu);
  if (refused === undefined) return methods;
  throw new BenchError(
    `--methods: expected methods that run without the cpu with --backend ${backend}, got ${refused}; leave it out or use --backend cpu`,
  );
}
