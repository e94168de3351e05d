import type { ResolvedOptions } from "../resolve-options.ts";
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
  const { scores, full, attend, merge, denseBelow } = setting.tuning.entries;
  return {
    options,
    variant,
    limits: setting.limits,
    blocks: headBlocks(options.geometry),
    scores,
    full,
    attend,
    merge,
    denseBelow: setting.denseBelow ?? denseBelow,
  };
}
