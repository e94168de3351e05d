import type { KernelFeature } from "@sift-attention/gpu";
import type { AttentionPlan } from "../plan/attention-plan.ts";

/** What the kernels of a variant must enable. */
export function shaderFeatures({ options, variant }: AttentionPlan): readonly KernelFeature[] {
  const features: KernelFeature[] = [];
  if (variant.subgroupSize > 0) features.push("subgroups");
  if (variant.nativeF16 && options.kvType === "f16") features.push("shader-f16");
  return features;
}
