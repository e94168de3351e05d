import type { Model, ModelFiles } from "@sift-attention/model-runtime";
import { createWebgpuBackend, openModelOn } from "@sift-attention/model-runtime/backends";
import { WatchedBackend } from "../plant/watched-backend.ts";

/** A model that is being measured. */
export interface OpenedModel {
  readonly name: string;
  readonly model: Model;
  readonly backend: WatchedBackend;
  /** Milliseconds from nothing to a model that is ready. */
  readonly openMs: number;
  dispose(): Promise<void>;
}

/** How the adapter is chosen. */
export interface OpenOnGpu {
  readonly adapter: "hardware" | "any";
  readonly signal: AbortSignal;
  /** Rows of a prefill pass at most; null: the runtime's default. */
  readonly maxRows: number | null;
  /** Tensor or kernel at work. */
  onProgress(item: string): void;
}

/** Opens a model's files on a GPU. @throws ModelError "no-backend", "out-of-memory", "aborted" and what its files make it throw. */
export async function openOnGpu(
  name: string,
  files: ModelFiles,
  { adapter, signal, maxRows, onProgress }: OpenOnGpu,
): Promise<OpenedModel> {
  const begun = performance.now();
  const inner = await createWebgpuBackend(files, {
    ...{ adapter, signal },
    ...(maxRows !== null && { maxRows }),
    onProgress: ({ item }) => onProgress(item),
  });
  const backend = new WatchedBackend(inner);
  const model = await openModelOn(files, backend);
  const openMs = performance.now() - begun;
  return { name, model, backend, openMs, dispose: () => model.dispose() };
}
