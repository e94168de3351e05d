import { loadModel } from "./model/load-model.ts";
import type { Model } from "./model.ts";
import { ModelError } from "./model-error.ts";
import type { OpenModelOptions } from "./open-options.ts";
import { createCpuOps } from "./ops/create-cpu-ops.ts";
import type { ModelFiles } from "./weights/model-files.ts";

/**
 * Opens a model and loads its weights.
 * @throws ModelError "no-backend", "aborted", "out-of-memory", "unsupported-architecture", "missing-tensor",
 * "bad-tensor" and what reading the files throws; nothing stays open or allocated then.
 */
export async function openModel(
  source: ModelFiles,
  options: OpenModelOptions = {},
): Promise<Model> {
  expectBackend(options.backend);
  const { cpu, threads } = options;
  const ops = await createCpuOps({
    ...(cpu !== undefined && { kind: cpu }),
    ...(threads !== undefined && { threads }),
  });
  try {
    return await loadModel(source, ops, options);
  } catch (error) {
    await ops.dispose();
    throw error;
  }
}

function expectBackend(backend: OpenModelOptions["backend"]): void {
  if (backend !== "webgpu") return;
  throw new ModelError(
    "no-backend",
    'backend: "webgpu" is not part of this version, which computes on the CPU; use "auto" or "cpu"',
  );
}
