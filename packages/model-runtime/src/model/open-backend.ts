import type { ModelBackend } from "../backend/model-backend.ts";
import { ModelError } from "../model-error.ts";
import type { OpenModelOptions } from "../open-options.ts";
import type { ModelFiles } from "../weights/model-files.ts";

/** Loads the weights of opened files. @throws ModelError, "no-backend" when it cannot run here. */
export type OpenBackend = (
  files: Pick<ModelFiles, "config" | "tensors">,
  options: OpenModelOptions,
) => Promise<ModelBackend>;

/** The backends that there are. */
export type Backends = Readonly<Record<"cpu" | "webgpu", OpenBackend>>;

/** A backend and, when another one would have been preferred, why it is not that one. */
export interface OpenedBackend {
  readonly backend: ModelBackend;
  readonly reason?: string;
}

/**
 * Opens the backend that the options ask for; "auto" tries the GPU first.
 * @throws ModelError as the backend does: "no-backend", "out-of-memory", "aborted", "missing-tensor", "bad-tensor".
 */
export async function openBackend(
  backends: Backends,
  files: Pick<ModelFiles, "config" | "tensors">,
  options: OpenModelOptions,
): Promise<OpenedBackend> {
  const { backend = "auto" } = options;
  if (backend !== "auto") return { backend: await backends[backend](files, options) };
  try {
    return { backend: await backends.webgpu(files, options) };
  } catch (error) {
    if (!isReasonForCpu(error)) throw error;
    return { backend: await backends.cpu(files, options), reason: error.message };
  }
}

function isReasonForCpu(error: unknown): error is ModelError {
  return (
    error instanceof ModelError && (error.code === "no-backend" || error.code === "out-of-memory")
  );
}
