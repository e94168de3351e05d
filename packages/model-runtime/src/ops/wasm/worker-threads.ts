import type { WasmMemory, WasmModule } from "./web-assembly.ts";
import { workerSource } from "./worker-source.ts";

/** What a worker needs to know. */
export interface WorkerJob {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  /** The main thread is 0. */
  readonly index: number;
}

/** A running worker thread. */
export interface WorkerThread {
  /** Resolves when the thread is gone. To be called after the kernels' `stop`. */
  end(): Promise<void>;
}

type NodeWorkers = typeof import("node:worker_threads");
type NodeSystem = typeof import("node:os");

interface Surroundings {
  readonly process?: {
    getBuiltinModule?(id: "node:worker_threads"): NodeWorkers;
    getBuiltinModule?(id: "node:os"): NodeSystem;
  };
  readonly Worker?: new (url: string) => BrowserWorker;
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly document?: object;
}

interface BrowserWorker {
  onmessage: (() => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
  postMessage(job: WorkerJob): void;
  terminate(): void;
}

const surroundings = globalThis as Surroundings;

/** Threads that can run at the same time here, at least 1. */
export function availableThreads(): number {
  const system = surroundings.process?.getBuiltinModule?.("node:os");
  return system?.availableParallelism() ?? surroundings.navigator?.hardwareConcurrency ?? 1;
}

/** Browsers forbid their main thread to block. */
export function mayBlock(): boolean {
  return surroundings.document === undefined;
}

/** Starts one worker; rejects when it does not get as far as waiting for work. */
export async function startWorker(job: WorkerJob): Promise<WorkerThread> {
  const workers = surroundings.process?.getBuiltinModule?.("node:worker_threads");
  return workers === undefined ? startInBrowser(job) : startInNode(workers, job);
}

/** The worker keeps no process alive once it is ready. */
function startInNode({ Worker }: NodeWorkers, job: WorkerJob): Promise<WorkerThread> {
  const worker = new Worker(workerSource, { eval: true, execArgv: [], workerData: job });
  const gone = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`worker: it ended with code ${code}`)));
    worker.once("message", () => {
      worker.unref();
      resolve({
        end() {
          worker.ref();
          return gone;
        },
      });
    });
  });
}

function startInBrowser(job: WorkerJob): Promise<WorkerThread> {
  const { Worker } = surroundings;
  if (Worker === undefined) return Promise.reject(new Error("worker: there are none here"));
  const url = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
  const worker = new Worker(url);
  const started = new Promise<WorkerThread>((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(`worker: ${event.message ?? "it did not start"}`));
    worker.onmessage = () => resolve({ end: async () => worker.terminate() });
    worker.postMessage(job);
  });
  return started.finally(() => URL.revokeObjectURL(url));
}
