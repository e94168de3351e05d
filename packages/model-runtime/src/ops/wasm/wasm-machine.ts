import { ModelError } from "../../model-error.ts";
import { type KernelExports, setArguments } from "./kernel-exports.ts";
import { WasmHeap, WasmRegion } from "./wasm-heap.ts";
import { findWebAssembly, hasSharedMemory, type WasmModule } from "./web-assembly.ts";
import { mayBlock, startWorker, type WorkerThread } from "./worker-threads.ts";

/** Compiled kernels, their memory and their threads. */
export interface WasmMachine {
  readonly kernels: KernelExports;
  readonly heap: WasmHeap;
  /** Threads that work, the calling one included. */
  readonly threads: number;
  /** Why there are fewer threads than asked for. */
  readonly shortfall: string | undefined;
  /** Address of a region. @throws ModelError "bad-tensor" when it belongs to other ops. */
  addressOf(region: object): number;
  /** Gives every thread at least this much scratch. Contents are lost. */
  reserveScratch(bytesPerThread: number): void;
  /** Address of space that stays until the next call with the same name. Contents are lost when it grows. */
  reserve(name: string, byteLength: number): number;
  /** Sets i32 arguments from index 0 on. */
  setArguments(values: readonly number[]): void;
  dispose(): Promise<void>;
}

/** Enough for an operator that unpacks a few rows. */
const LEAST_SCRATCH_BYTES = 65_536;

/**
 * Compiles the kernels and starts the threads: one where memory cannot be shared.
 * @throws ModelError "no-backend" when WebAssembly SIMD is missing, "aborted".
 */
export async function startWasmMachine(
  threadsWanted: number,
  signal?: AbortSignal,
): Promise<WasmMachine> {
  expectNotAborted(signal);
  const isShared = threadsWanted > 1 && hasSharedMemory();
  const { module, api } = await compileKernels(isShared);
  const heap = new WasmHeap(api, isShared);
  const instance = new api.Instance(module, { env: { memory: heap.memory } });
  const kernels = instance.exports as KernelExports;
  const { workers, failure } = await startWorkers(module, heap, isShared ? threadsWanted - 1 : 0);
  const shortfall = threadsWanted > 1 && !isShared ? "no SharedArrayBuffer" : failure;
  const machine = createMachine(kernels, heap, workers, shortfall);
  if (signal?.aborted) await machine.dispose();
  expectNotAborted(signal);
  return machine;
}

function expectNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new ModelError("aborted", "cpu: the start was aborted", { cause: signal.reason });
  }
}

async function compileKernels(isShared: boolean): Promise<{
  readonly module: WasmModule;
  readonly api: NonNullable<ReturnType<typeof findWebAssembly>>;
}> {
  const api = findWebAssembly();
  if (api === undefined) throw new ModelError("no-backend", "cpu: no WebAssembly here");
  try {
    const { privateKernels, sharedKernels } = await import("./kernels.generated.ts");
    const text = atob(isShared ? sharedKernels : privateKernels);
    const module = await api.compile(Uint8Array.from(text, (char) => char.charCodeAt(0)));
    return { module, api };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ModelError("no-backend", `cpu: WebAssembly kernels: ${reason}`, { cause });
  }
}

/** The workers that started, and why the others did not. */
async function startWorkers(
  module: WasmModule,
  heap: WasmHeap,
  count: number,
): Promise<{ readonly workers: WorkerThread[]; readonly failure: string | undefined }> {
  let failure: string | undefined;
  const starts = Array.from({ length: count }, (_, i) =>
    startWorker({ module, memory: heap.memory, index: i + 1 }).catch((error: unknown) => {
      failure = error instanceof Error ? error.message : String(error);
      return undefined;
    }),
  );
  const workers = (await Promise.all(starts)).filter((worker) => worker !== undefined);
  return { workers, failure };
}

function createMachine(
  kernels: KernelExports,
  heap: WasmHeap,
  workers: readonly WorkerThread[],
  shortfall: string | undefined,
): WasmMachine {
  const threads = workers.length + 1;
  const slots = new Map<string, WasmRegion>();
  let ending: Promise<void> | undefined;

  function reserve(name: string, byteLength: number): number {
    const held = slots.get(name);
    if (held !== undefined && held.byteLength >= byteLength) return held.address;
    held?.free();
    slots.delete(name);
    const region = heap.allocateOwn(Math.ceil(byteLength * 1.5));
    slots.set(name, region);
    return region.address;
  }

  function reserveScratch(bytesPerThread: number): void {
    const held = slots.get("scratch");
    const stride = Math.ceil(Math.max(bytesPerThread, LEAST_SCRATCH_BYTES) / 64) * 64;
    if (held !== undefined && held.byteLength >= stride * threads) {
      const room = Math.floor(held.byteLength / threads / 64) * 64;
      kernels.setScratch(held.address, room);
      return;
    }
    kernels.setScratch(reserve("scratch", stride * threads), stride);
  }

  async function end(): Promise<void> {
    kernels.stop();
    await Promise.all(workers.map((worker) => worker.end()));
    heap.release();
  }

  kernels.setThreads(threads, mayBlock() ? 1 : 0);
  return {
    kernels,
    heap,
    threads,
    shortfall,
    addressOf(region) {
      if (region instanceof WasmRegion && region.heap === heap) return region.address;
      throw new ModelError("bad-tensor", "region: expected one that these ops allocated");
    },
    reserve,
    reserveScratch,
    setArguments: (values) => setArguments(kernels, values),
    dispose() {
      ending ??= end();
      return ending;
    },
  };
}
