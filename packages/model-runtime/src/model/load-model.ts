import type { ModelBackend } from "../backend/model-backend.ts";
import type { Model } from "../model.ts";
import { expectContextLength } from "../session/context-length.ts";
import type { ModelFiles } from "../weights/model-files.ts";
import { BackendHost } from "./backend-host.ts";
import { createModel } from "./create-model.ts";
import { describeModel } from "./describe-model.ts";
import type { OpenedBackend } from "./open-backend.ts";

/** How a model comes by its backend. */
export interface LoadOptions {
  /** Loads the weights of the files. */
  readonly open: () => Promise<OpenedBackend>;
  /** Does so again when that backend is lost and the files may be closed. */
  readonly reopen: (lost: ModelBackend) => Promise<ModelBackend>;
  /** As in `OpenModelOptions`. */
  readonly contextLength?: number | "auto";
}

/**
 * A model of opened files on a backend.
 * @throws ModelError "unsupported-architecture", "missing-tensor", "bad-tensor", "bad-option", and what opening the
 * backend throws.
 */
export async function loadModel(
  files: ModelFiles,
  { open, reopen, contextLength }: LoadOptions,
): Promise<Model> {
  const description = describeModel(files);
  expectContextLength(contextLength, files.config);
  const { backend, reason } = await open();
  const because = reason === undefined ? "" : `; not on a GPU: ${reason}`;
  return createModel(files, new BackendHost(backend, reopen), {
    ...description,
    backendDescription: backend.description + because,
    ...(contextLength !== undefined && { contextLength }),
  });
}
