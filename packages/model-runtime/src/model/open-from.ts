import { locateModel } from "../hub/locate-model.ts";
import type { Model } from "../model.ts";
import type { OpenModelOptions } from "../open-options.ts";
import type { ModelFiles } from "../weights/model-files.ts";
import { type ModelSource, openModelFiles } from "../weights/open-model-files.ts";
import { loadModel } from "./load-model.ts";
import { type Backends, openBackend } from "./open-backend.ts";

/**
 * Opens a model on one of the backends. After a loss of its device the backend is opened again, with the weights from
 * the same source. @throws as `openModel`.
 */
export function openFrom(
  backends: Backends,
  source: ModelSource | ModelFiles | URL,
  options: OpenModelOptions,
): Promise<Model> {
  const { signal: _, onProgress: __, ...settings } = options;
  return withFiles(source, options, (files) =>
    loadModel(files, {
      open: () => openBackend(backends, files, options),
      reopen: ({ kind }) => withFiles(source, {}, (again) => backends[kind](again, settings)),
      ...(options.contextLength !== undefined && { contextLength: options.contextLength }),
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
