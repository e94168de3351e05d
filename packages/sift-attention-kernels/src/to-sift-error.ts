import { GpuError, type GpuErrorCode } from "@sift-attention/gpu";
import { SiftError, type SiftErrorCode } from "./sift-error.ts";

const codes: { readonly [Code in GpuErrorCode]?: SiftErrorCode } = {
  "device-lost": "device-lost",
  disposed: "disposed",
  "missing-feature": "missing-feature",
  "over-limit": "over-limit",
  "out-of-memory": "over-limit",
};

/** What the device refused, in this package's terms; errors that it has no word for stay as they are. */
export function toSiftError(error: unknown, fallback?: SiftErrorCode): unknown {
  if (!(error instanceof GpuError)) return error;
  const code = codes[error.code] ?? fallback;
  return code === undefined ? error : new SiftError(code, error.message, { cause: error });
}
