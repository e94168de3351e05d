import type { OpenModelOptions } from "../../open-options.ts";
import { createCpuOps } from "../../ops/create-cpu-ops.ts";
import type { ModelFiles } from "../../weights/model-files.ts";
import type { ModelBackend } from "../model-backend.ts";
import { loadCpuBackend } from "./load-cpu-backend.ts";

/** Starts the operators that the options ask for and loads the weights. @throws as `loadCpuBackend`, "no-backend". */
export async function openCpuBackend(
  files: Pick<ModelFiles, "config" | "tensors">,
  options: OpenModelOptions,
): Promise<ModelBackend> {
  const { cpu, threads, signal, onProgress } = options;
  onProgress?.({ stage: "backend", item: "cpu", bytesDone: 0, bytesTotal: 0 });
  const ops = await createCpuOps({
    ...(cpu !== undefined && { kind: cpu }),
    ...(threads !== undefined && { threads }),
    ...(signal && { signal }),
  });
  try {
    return await loadCpuBackend(files, ops, options);
  } catch (error) {
    await ops.dispose();
    throw error;
  }
}
