import { GpuError } from "../gpu-error.ts";
import { expectVulkan, needsVulkan } from "./expect-vulkan.ts";

const registry = Symbol.for("@sift-attention/gpu/dawn");

/**
 * Dawn's instances of this process by their settings. An adapter or device whose instance was garbage-collected takes
 * the process down at a later call, so they stay here for good, whatever becomes of this module.
 */
function keptInstances(): Map<string, GPU> {
  const holder = globalThis as typeof globalThis & { [registry]?: Map<string, GPU> };
  holder[registry] ??= new Map();
  return holder[registry];
}

async function loadDawn(): Promise<typeof import("webgpu")> {
  try {
    return await import("webgpu");
  } catch (cause) {
    const missing = (cause as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND";
    const found = missing ? "none" : "one that does not load here";
    throw new GpuError(
      "no-webgpu",
      `openGpu: expected the npm package webgpu for Node, got ${found}; npm install webgpu@0.6.2`,
      { cause },
    );
  }
}

/**
 * Dawn's `navigator.gpu`, loaded on demand and kept for the life of the process.
 * @param settings Dawn's own, in its form: `backend=null`.
 * @throws GpuError "no-webgpu" when the package `webgpu` is absent or does not load, "no-adapter" on Linux without Vulkan.
 */
export async function openDawn(settings: readonly string[]): Promise<GPU> {
  const key = JSON.stringify(settings);
  const { create } = await loadDawn();
  if (needsVulkan(settings, process.platform)) expectVulkan();
  const instance = keptInstances().get(key) ?? create([...settings]);
  keptInstances().set(key, instance);
  return instance;
}
