import { ModelError } from "../model-error.ts";
import type { CpuOps } from "./cpu-ops.ts";
import { createPlainOps } from "./plain-ops.ts";
import { availableThreads } from "./wasm/worker-threads.ts";
import { createWasmOps } from "./wasm-ops.ts";

/** More threads than this wait for memory rather than compute. */
const MOST_THREADS = 8;

export interface CpuOpsOptions {
  /** Default "auto": WebAssembly where it compiles, else plain TypeScript. */
  readonly kind?: "auto" | "wasm" | "plain";
  /** At least 1. Default: all cores, at most 8. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/**
 * Chooses the CPU operators. With "auto", `description` says why WebAssembly is not used.
 * @throws ModelError "no-backend" when kind is "wasm" and it does not start, "bad-option" for threads,
 * "aborted".
 */
export async function createCpuOps(options: CpuOpsOptions = {}): Promise<CpuOps> {
  const { kind = "auto", signal } = options;
  const threads = options.threads ?? Math.min(MOST_THREADS, availableThreads());
  if (!Number.isInteger(threads) || threads < 1) {
    throw new ModelError("bad-option", `threads: expected 1 or more, got ${threads}`);
  }
  if (kind === "plain") return createPlainOps();
  try {
    return await createWasmOps({ threads, ...(signal !== undefined && { signal }) });
  } catch (error) {
    if (kind === "wasm" || signal?.aborted) throw error;
    return createPlainOps(error instanceof Error ? error.message : String(error));
  }
}
