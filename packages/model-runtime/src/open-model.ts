import { loadModel } from "./model/load-model.ts";
import type { Model } from "./model.ts";
import { ModelError } from "./model-error.ts";
import type { OpenModelOptions } from "./open-options.ts";
import { createCpuOps } from "./ops/create-cpu-ops.ts";
import { expectNumber } from "./sampling/expect-number.ts";
import { expectChoice } from "./session/expect-choice.ts";
import type { ModelFiles } from "./weights/model-files.ts";
import { type ModelSource, openModelFiles } from "./weights/open-model-files.ts";

/**
 * Opens a model and loads its weights, one tensor at a time, straight into the memory it computes in. The source is the
 * path of a Hugging Face folder or of a .gguf file (Node), the files by name, or files that are open already: those
 * stay open.
 * @throws ModelError "bad-option", "no-backend", "aborted", "out-of-memory", "unsupported-architecture", "missing-tensor",
 * "bad-tensor" and what opening the files throws; nothing stays open or allocated then.
 */
export async function openModel(
  source: ModelSource | ModelFiles,
  options: OpenModelOptions = {},
): Promise<Model> {
  expectOptions(options);
  if (isOpen(source)) return loadFrom(source, options);
  const { signal, onProgress } = options;
  const files = await openModelFiles(source, {
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  try {
    return await loadFrom(files, options);
  } finally {
    await files.close();
  }
}

async function loadFrom(files: ModelFiles, options: OpenModelOptions): Promise<Model> {
  const { cpu, threads, signal, onProgress } = options;
  onProgress?.({ stage: "backend", item: "cpu", bytesDone: 0, bytesTotal: 0 });
  const ops = await createCpuOps({
    ...(cpu !== undefined && { kind: cpu }),
    ...(threads !== undefined && { threads }),
    ...(signal && { signal }),
  });
  try {
    return await loadModel(files, ops, options);
  } catch (error) {
    await ops.dispose();
    throw error;
  }
}

function isOpen(source: ModelSource | ModelFiles): source is ModelFiles {
  return typeof source !== "string" && "tensors" in source;
}

function expectOptions({ backend = "auto", cpu = "auto", threads }: OpenModelOptions): void {
  expectChoice("backend", backend, ["auto", "cpu", "webgpu"]);
  expectChoice("cpu", cpu, ["auto", "wasm", "plain"]);
  if (threads !== undefined) expectNumber("threads", threads, { min: 1, integer: true });
  if (backend !== "webgpu") return;
  throw new ModelError(
    "no-backend",
    'backend: "webgpu" is not part of this version, which computes on the CPU; use "auto" or "cpu"',
  );
}
