import type { ModelBackend } from "../backend/model-backend.ts";
import type { Model } from "../model.ts";
import { ModelError } from "../model-error.ts";
import type { ModelFiles } from "../weights/model-files.ts";
import { loadModel } from "./load-model.ts";

/**
 * A model on a backend that the caller made from the same files, and that the model disposes of. When its device is
 * lost, that is an error: nobody here could make another.
 * @throws ModelError "unsupported-architecture", "missing-tensor", "bad-tensor", "bad-option".
 */
export function openModelOn(
  files: ModelFiles,
  backend: ModelBackend,
  options: { readonly contextLength?: number | "auto" } = {},
): Promise<Model> {
  return loadModel(files, {
    ...options,
    open: async () => ({ backend }),
    reopen: async () => {
      throw new ModelError(
        "device-lost",
        "openModelOn: expected a backend that lives, got a lost one; make another one and open the model on it",
      );
    },
  });
}
