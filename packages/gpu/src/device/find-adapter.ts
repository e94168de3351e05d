import { GpuError } from "../gpu-error.ts";
import type { OpenGpuOptions } from "./open-options.ts";

function nameOf({ info }: GPUAdapter): string {
  return info.description || info.device || `${info.vendor} ${info.architecture}`.trim();
}

function request(gpu: GPU, options: OpenGpuOptions, software: boolean): Promise<GPUAdapter | null> {
  const { powerPreference } = options;
  return gpu.requestAdapter({
    ...(powerPreference === undefined ? {} : { powerPreference }),
    ...(software ? { forceFallbackAdapter: true } : {}),
  });
}

function refuse(kind: string, found: GPUAdapter | null, cause?: unknown): never {
  const got = found ? `only ${nameOf(found)}, which computes in software` : "none";
  const way =
    kind === "software"
      ? "install a Vulkan driver in software or take another adapter"
      : 'install the GPU\'s driver or take adapter: "software"';
  throw new GpuError("no-adapter", `openGpu: expected a ${kind} adapter, got ${got}; ${way}`, {
    cause,
  });
}

/**
 * Asks for an adapter of the wanted kind, hardware first.
 * @throws GpuError "no-adapter" when there is none.
 */
export async function findAdapter(gpu: GPU, options: OpenGpuOptions): Promise<GPUAdapter> {
  const { adapter: kind = "any" } = options;
  try {
    const found = kind === "software" ? null : await request(gpu, options, false);
    if (found && (kind === "any" || !found.info.isFallbackAdapter)) return found;
    if (kind === "hardware") refuse(kind, found);
    return (await request(gpu, options, true)) ?? refuse(kind === "any" ? "WebGPU" : kind, null);
  } catch (cause) {
    if (cause instanceof GpuError) throw cause;
    refuse(kind === "any" ? "WebGPU" : kind, null, cause);
  }
}
