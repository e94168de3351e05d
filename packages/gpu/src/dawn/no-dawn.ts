import { GpuError } from "../gpu-error.ts";

/**
 * Stands for Dawn in a browser's bundle, which must not carry it.
 * @throws GpuError "no-webgpu", always.
 */
export function openDawn(_settings: readonly string[]): Promise<GPU> {
  return Promise.reject(
    new GpuError(
      "no-webgpu",
      "openGpu: expected navigator.gpu, got none; use a browser with WebGPU on a secure page (https or localhost)",
    ),
  );
}
