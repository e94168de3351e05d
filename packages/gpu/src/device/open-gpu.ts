import { openDawn } from "#dawn";
import { dawnSettings } from "./dawn-settings.ts";
import { DeviceGpu } from "./device-gpu.ts";
import { expectOpenOptions } from "./expect-open-options.ts";
import { findAdapter } from "./find-adapter.ts";
import type { Gpu } from "./gpu.ts";
import type { OpenGpuOptions } from "./open-options.ts";
import { requestDevice } from "./request-device.ts";

function browserGpu(): GPU | undefined {
  return (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
}

/**
 * Opens a device with all features and limits that its adapter offers: through `navigator.gpu` where there is one, in
 * Node through the npm package `webgpu`, which is loaded only then.
 *
 * @throws GpuError "no-webgpu" without WebGPU, "no-adapter" without an adapter of the wanted kind, "missing-feature" and
 * "over-limit" when it lacks what is required, "invalid-argument" for a wrong option; the signal's reason when aborted.
 */
export async function openGpu(options: OpenGpuOptions = {}): Promise<Gpu> {
  const { signal } = options;
  const inBrowser = browserGpu();
  expectOpenOptions(options, inBrowser !== undefined);
  signal?.throwIfAborted();
  const gpu = inBrowser ?? (await openDawn(dawnSettings(options)));
  const adapter = await findAdapter(gpu, options);
  signal?.throwIfAborted();
  const device = await requestDevice(adapter, options);
  if (signal?.aborted) device.destroy();
  signal?.throwIfAborted();
  return new DeviceGpu(device, adapter.info, { ownsDevice: true });
}
