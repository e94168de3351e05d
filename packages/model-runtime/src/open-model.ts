import { openCpuBackend } from "./backend/cpu/open-cpu-backend.ts";
import type { ModelBackend } from "./backend/model-backend.ts";
import { locateModel } from "./hub/locate-model.ts";
import { loadModel } from "./model/load-model.ts";
import type { Model } from "./model.ts";
import { ModelError } from "./model-error.ts";
import type { OpenModelOptions } from "./open-options.ts";
import { expectNumber } from "./sampling/expect-number.ts";
import { expectChoice } from "./session/expect-choice.ts";
import type { ModelFiles } from "./weights/model-files.ts";
import { type ModelSource, openModelFiles } from "./weights/open-model-files.ts";

/**
 * Opens a model and loads its weights, one tensor at a time, straight into the memory it computes in. The source is the
 * path of a Hugging Face folder or of a .gguf file (Node), a model's id on the Hub (browser), a URL of the file or the
 * folder, the files by name, or files that are open already: those stay open. Ids and URLs are downloaded first, as
 * `downloadModel` does, unless they are there.
 * @throws ModelError "bad-option", "no-backend", "aborted", "out-of-memory", "unsupported-architecture", "missing-tensor",
 * "bad-tensor" and what downloading and opening the files throws; nothing stays open or allocated then.
 */
export async function openModel(
  source: ModelSource | ModelFiles | URL,
  options: OpenModelOptions = {},
): Promise<Model> {
  expectOptions(options);
  const open = (files: ModelFiles): Promise<ModelBackend> => openCpuBackend(files, options);
  return withFiles(source, options, (files) =>
    loadModel(files, {
      open: () => open(files),
      reopen: () => withFiles(source, {}, open),
    }),
  );
}

/** Opens the files of the source, unless they are open, for as long as `use` takes. */
async function withFiles<Result>(
  source: ModelSource | ModelFiles | URL,
  { signal, onProgress }: OpenModelOptions,
  use: (files: ModelFiles) => Promise<Result>,
): Promise<Result> {
  if (isOpen(source)) return use(source);
  const listeners = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
  const files = await openModelFiles(await locateModel(source, listeners), listeners);
  try {
    return await use(files);
  } finally {
    await files.close();
  }
}

function isOpen(source: ModelSource | ModelFiles | URL): source is ModelFiles {
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
