import type { GpuReport } from "@sift-attention/gpu";
import type { AttentionPlan, PlanLimits } from "../plan/attention-plan.ts";
import { planAttention } from "../plan/plan-attention.ts";
import { resolveOptions } from "../resolve-options.ts";
import type { SiftAttentionOptions } from "../sift-attention-options.ts";
import { defaultTuning } from "../tuning/default-tuning.ts";
import type { Variant } from "../variant.ts";

/** A device as far as plans look at it. */
export interface PlannedDevice {
  readonly vendor: string;
  readonly isSoftware: boolean;
  readonly limits: PlanLimits;
}

/** What a large device, and the least that WebGPU guarantees, offer. */
export const largeDevice: PlannedDevice = {
  vendor: "nvidia",
  isSoftware: false,
  limits: { workgroupBytes: 49152, workgroupInvocations: 1024, bindingBytes: 2 ** 31 },
};
export const leastDevice: PlannedDevice = {
  vendor: "",
  isSoftware: false,
  limits: { workgroupBytes: 16384, workgroupInvocations: 256, bindingBytes: 2 ** 27 },
};

/** The default plan of a device for options and a variant; no device is opened. */
export function defaultPlan(
  { vendor, isSoftware, limits }: PlannedDevice,
  options: SiftAttentionOptions,
  variant: Variant,
): AttentionPlan {
  const resolved = resolveOptions(options, { maxStorageBufferBindingSize: limits.bindingBytes });
  const { geometry, kvType } = resolved;
  const report: GpuReport = {
    vendor,
    architecture: "",
    device: "",
    description: "",
    isSoftware,
    features: [],
    limits: {},
    subgroupMinSize: variant.subgroupSize,
    subgroupMaxSize: variant.subgroupSize,
    subgroupMatrices: [],
    missing: [],
  };
  const tuning = defaultTuning(report, { geometry, kvType, variant }, limits);
  return planAttention(resolved, variant, { tuning, limits });
}
