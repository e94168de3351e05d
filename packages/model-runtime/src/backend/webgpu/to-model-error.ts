import { GpuError, type GpuErrorCode } from "@sift-attention/gpu";
import { SiftError, type SiftErrorCode } from "@sift-attention/sift-attention-kernels";
import { ModelError, type ModelErrorCode } from "../../model-error.ts";

const gpuCodes: { readonly [Code in GpuErrorCode]?: ModelErrorCode } = {
  "device-lost": "device-lost",
  disposed: "disposed",
  "out-of-memory": "out-of-memory",
  "over-limit": "out-of-memory",
  "no-webgpu": "no-backend",
  "no-adapter": "no-backend",
  "missing-feature": "no-backend",
};

const siftCodes: { readonly [Code in SiftErrorCode]?: ModelErrorCode } = {
  "device-lost": "device-lost",
  disposed: "disposed",
  "over-limit": "out-of-memory",
  "missing-feature": "no-backend",
};

function codeOf(error: unknown): ModelErrorCode | undefined {
  if (error instanceof GpuError) return gpuCodes[error.code];
  if (error instanceof SiftError) return siftCodes[error.code];
  return undefined;
}

/** What the device or its kernels refused, in the runtime's terms; errors that it has no word for stay as they are. */
export function toModelError(error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  return new ModelError(code, `webgpu: ${(error as Error).message}`, { cause: error });
}
