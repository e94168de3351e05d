import type { ResolvedOptions } from "../resolve-options.ts";
import { fitSampled } from "../tuning/fit-entries.ts";
import type { Tuning } from "../tuning/tuning.ts";
import type { Variant } from "../variant.ts";
import type { AttentionPlan, PlanLimits } from "./attention-plan.ts";
import { headBlocks } from "./head-blocks.ts";

/** WebGPU's limits that kernels are sized by; its guaranteed ones where the device names none. */
export function planLimits(limits: Readonly<Record<string, number>>): PlanLimits {
  return {
    workgroupBytes: limits.maxComputeWorkgroupStorageSize ?? 16384,
    workgroupInvocations: limits.maxComputeInvocationsPerWorkgroup ?? 256,
    bindingBytes: limits.maxStorageBufferBindingSize ?? 2 ** 27,
  };
}

/** All that decides the kernels. */
export function planAttention(
  options: ResolvedOptions,
  variant: Variant,
  setting: {
    readonly tuning: Tuning;
    readonly limits: PlanLimits;
    readonly denseBelow?: number | undefined;
  },
): AttentionPlan {
  const { tuning, limits } = setting;
  const { scores, full, attend, merge } = tuning.entries;
  return {
    options,
    variant,
    limits,
    blocks: headBlocks(options.geometry),
    scores,
    full,
    attend,
    sampled: fitSampled(attend, tuning, limits),
    merge,
    denseBelow: setting.denseBelow ?? denseBelowOf(options, tuning),
  };
}

const sampledShare = 22 / 26; // of the keys under which the exact sift loses to full attention, measured on an H200
const mostDenseKeys = 12288; // as measured with two and three KV heads of 64 dimensions

/** What was measured for the options, or what the default table has, which is for exact steps. */
function denseBelowOf({ normaliser }: ResolvedOptions, { adapter, entries }: Tuning): number {
  if (normaliser === "exact" || adapter) return entries.denseBelow;
  return Math.min(Math.floor(sampledShare * entries.denseBelow), mostDenseKeys);
}
