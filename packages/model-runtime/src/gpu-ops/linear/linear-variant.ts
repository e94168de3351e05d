import type { Gpu } from "@sift-attention/gpu";
import { reliableSubgroupSize } from "@sift-attention/sift-attention-kernels";

/** What of a device the kernels are made for. */
export interface LinearVariant {
  /** Lanes that exchange registers, 0 for exchange through workgroup memory. */
  readonly subgroupSize: number;
  readonly workgroupBytes: number;
  readonly workgroupInvocations: number;
}

/** The variant for a device: its subgroups as measured, its workgroups as limited. */
export async function chooseLinearVariant(gpu: Gpu): Promise<LinearVariant> {
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = gpu.report.limits;
  return {
    subgroupSize: await reliableSubgroupSize(gpu),
    workgroupBytes: maxComputeWorkgroupStorageSize!,
    workgroupInvocations: maxComputeInvocationsPerWorkgroup!,
  };
}
