import type { ModelBackend } from "../backend/model-backend.ts";
import type { Model } from "../model.ts";
import type { ModelFiles } from "../weights/model-files.ts";
import { BackendHost } from "./backend-host.ts";
import { createModel } from "./create-model.ts";
import { describeModel } from "./describe-model.ts";

/** How a model comes by its backend. */
export interface BackendOpening {
  /** Loads the weights of the files. */
  readonly open: () => Promise<ModelBackend>;
  /** Does so again after a loss, when the files may be closed. */
  readonly reopen: () => Promise<ModelBackend>;
}

/**
 * A model of opened files on a backend.
 * @throws ModelError "unsupported-architecture", "missing-tensor", "bad-tensor", and what opening the backend throws.
 */
export async function loadModel(
  files: ModelFiles,
  { open, reopen }: BackendOpening,
): Promise<Model> {
  const description = describeModel(files);
  const backend = await open();
  return createModel(files, new BackendHost(backend, reopen), description);
}
