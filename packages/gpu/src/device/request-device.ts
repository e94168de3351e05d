import { GpuError } from "../gpu-error.ts";
import { readLimits } from "./gpu-report.ts";
import type { OpenGpuOptions } from "./open-options.ts";

function expectFeatures(adapter: GPUAdapter, required: readonly string[]): void {
  const missing = required.filter((feature) => !adapter.features.has(feature));
  if (missing.length === 0) return;
  throw new GpuError(
    "missing-feature",
    `openGpu: expected an adapter with ${missing.join(", ")}, got one without; report.features lists what it has`,
  );
}

/** WebGPU's alignments are better when smaller; every other limit when greater. */
function isEnough(name: string, asked: number, offered: number): boolean {
  return name.startsWith("min") ? offered <= asked : offered >= asked;
}

function expectLimits(offers: Readonly<Record<string, number>>, required: OpenGpuOptions): void {
  for (const [name, asked] of Object.entries(required.requiredLimits ?? {})) {
    const offered = offers[name];
    if (offered !== undefined && isEnough(name, asked, offered)) continue;
    throw new GpuError(
      "over-limit",
      `openGpu: requiredLimits.${name}: expected at most ${offered ?? "nothing, as there is no such limit"}, got ${asked}`,
      { asked, offered },
    );
  }
}

/**
 * A device with every feature and limit that the adapter offers: what is not asked for is not given, and the defaults
 * are small (bindings of 128 MiB, 16 KiB of workgroup memory).
 * @throws GpuError "missing-feature", "over-limit", or "no-adapter" when the adapter gives no device.
 */
export async function requestDevice(
  adapter: GPUAdapter,
  options: OpenGpuOptions,
): Promise<GPUDevice> {
  const limits = readLimits(adapter.limits);
  expectFeatures(adapter, options.requiredFeatures ?? []);
  expectLimits(limits, options);
  try {
    return await adapter.requestDevice({
      label: "sift-attention",
      requiredFeatures: [...adapter.features] as GPUFeatureName[],
      requiredLimits: { ...limits },
    });
  } catch (cause) {
    throw new GpuError("no-adapter", "openGpu: expected a device, got a refusal by the adapter", {
      cause,
    });
  }
}
