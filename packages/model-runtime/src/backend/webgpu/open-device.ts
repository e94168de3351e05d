import { type Gpu, openGpu, wrapGpu } from "@sift-attention/gpu";
import { ModelError } from "../../model-error.ts";
import { toModelError } from "./to-model-error.ts";
import type { WebgpuBackendOptions } from "./webgpu-backend.ts";

/**
 * The caller's device, or one of the wanted kind of adapter.
 * @throws ModelError "no-backend" with the reason, "aborted".
 */
export async function openDevice(options: WebgpuBackendOptions): Promise<Gpu> {
  const { device, adapter = "hardware", signal } = options;
  expectNotAborted(signal);
  if (device) return wrapGpu(device);
  try {
    return await openGpu({ adapter, ...(signal && { signal }) });
  } catch (error) {
    expectNotAborted(signal);
    throw toModelError(error);
  }
}

/** @throws ModelError "aborted". */
export function expectNotAborted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new ModelError("aborted", "webgpu: loading was aborted", { cause: signal.reason });
}
