import { findShape } from "../kernels/cases/attention-shape.ts";
import { findKvType } from "../kernels/cases/kernel-case.ts";
import { findKernel } from "../kernels/run/kernel-name.ts";
import { DEFAULT_SETTINGS, type KernelSettings } from "../kernels/run/kernel-settings.ts";
import type { KernelsOptions } from "./kernels-command.ts";

/** What was asked for over the defaults. @throws BenchError for an unknown shape or kernel. */
export function kernelSettingsOf(options: KernelsOptions): KernelSettings {
  options.shapes?.forEach(findShape);
  return {
    kvType: options.kv === undefined ? DEFAULT_SETTINGS.kvType : findKvType(options.kv),
    shapes: options.shapes ?? DEFAULT_SETTINGS.shapes,
    batches: options.batches ?? DEFAULT_SETTINGS.batches,
    contexts: options.contexts ?? DEFAULT_SETTINGS.contexts,
    fractions: options.fractions ?? DEFAULT_SETTINGS.fractions,
    kernels: options.kernels?.map(findKernel) ?? DEFAULT_SETTINGS.kernels,
    samples: options.samples ?? DEFAULT_SETTINGS.samples,
    stepsPerSample: options.steps ?? DEFAULT_SETTINGS.stepsPerSample,
    warmUpMs: options.warmupMs ?? DEFAULT_SETTINGS.warmUpMs,
    cacheMb: options.l2Mb ?? DEFAULT_SETTINGS.cacheMb,
    memoryGb: options.memoryGb ?? DEFAULT_SETTINGS.memoryGb,
    checkKeys: options.checkKeys ?? DEFAULT_SETTINGS.checkKeys,
    experimental: options.experimental ?? DEFAULT_SETTINGS.experimental,
    budgetSeconds: options.budgetSeconds ?? DEFAULT_SETTINGS.budgetSeconds,
  };
}
