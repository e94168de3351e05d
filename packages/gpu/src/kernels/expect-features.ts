import type { Gpu } from "../device/gpu.ts";
import { GpuError } from "../gpu-error.ts";
import type { KernelSpec } from "./kernel-spec.ts";

/**
 * Refuses a kernel that needs more than the device has.
 * @throws GpuError "missing-feature".
 */
export function expectFeatures(gpu: Gpu, { name, features = [] }: KernelSpec): void {
  const missing = features.filter((feature) => !gpu.report.features.includes(feature));
  if (missing.length === 0) return;
  throw new GpuError(
    "missing-feature",
    `kernel ${name}: expected a device with ${missing.join(", ")}, got ${gpu.report.description || "one"} without; choose a variant by report.features`,
  );
}
