import { GpuError } from "../gpu-error.ts";
import { DeviceGpu } from "./device-gpu.ts";
import type { Gpu } from "./gpu.ts";

/**
 * Puts a device that the caller already has behind the same interface. Disposing frees the buffers made here and leaves
 * the device alone.
 * @param adapterInfo The adapter's, where the device does not carry it itself (`device.adapterInfo`).
 * @throws GpuError "invalid-argument" when it is no device.
 */
export function wrapGpu(device: GPUDevice, adapterInfo?: GPUAdapterInfo): Gpu {
  if (typeof device?.createBuffer !== "function") {
    throw new GpuError("invalid-argument", `wrapGpu: expected a GPUDevice, got ${typeof device}`);
  }
  return new DeviceGpu(device, adapterInfo ?? device.adapterInfo, { ownsDevice: false });
}
