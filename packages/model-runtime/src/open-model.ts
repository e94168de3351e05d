import { openCpuBackend } from "./backend/cpu/open-cpu-backend.ts";
import { createWebgpuBackend } from "./backend/webgpu/create-webgpu-backend.ts";
import { expectOpenOptions } from "./model/expect-open-options.ts";
import { openFrom } from "./model/open-from.ts";
import type { Model } from "./model.ts";
import type { OpenModelOptions } from "./open-options.ts";
import type { ModelFiles } from "./weights/model-files.ts";
import type { ModelSource } from "./weights/open-model-files.ts";

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
  expectOpenOptions(options);
  return openFrom({ cpu: openCpuBackend, webgpu: createWebgpuBackend }, source, options);
}
