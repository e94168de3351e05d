import { ModelError } from "../model-error.ts";
import type { CpuOps } from "./cpu-ops.ts";
import { createPlainOps } from "./plain-ops.ts";

export interface CpuOpsOptions {
  /** Default "auto": WebAssembly where it compiles, else plain TypeScript. */
  readonly kind?: "auto" | "wasm" | "plain";
  /** Default: all cores, at most 8; 1 where SharedArrayBuffer is missing. */
  readonly threads?: number;
}

/**
 * Chooses the CPU operators. With "auto", `description` says why WebAssembly is not used.
 * @throws ModelError "no-backend" when kind is "wasm" and it does not start.
 */
export async function createCpuOps(options: CpuOpsOptions = {}): Promise<CpuOps> {
  if (options.kind === "wasm") {
    throw new ModelError("no-backend", 'cpu: WebAssembly is not part of this build; use "plain"');
  }
  return createPlainOps();
}
