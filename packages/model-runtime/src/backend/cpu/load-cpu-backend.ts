import { blueprintTensors } from "../../layers/blueprint-tensors.ts";
import { createCpuDecoder } from "../../layers/cpu-decoder.ts";
import { findFamily } from "../../layers/find-family.ts";
import { loadWeights } from "../../layers/load-weights.ts";
import { freeing } from "../../layers/scratch.ts";
import { findTensors } from "../../layers/tensor-need.ts";
import type { OpenModelOptions } from "../../open-options.ts";
import type { CpuOps } from "../../ops/cpu-ops.ts";
import type { ModelFiles } from "../../weights/model-files.ts";
import type { ModelBackend } from "../model-backend.ts";
import { createCpuBackend } from "./create-cpu-backend.ts";

/**
 * Loads the weights of opened files, one tensor at a time, into the operators' memory. The backend owns the operators
 * from then on.
 * @throws ModelError "unsupported-architecture", "missing-tensor", "bad-tensor", "out-of-memory", "aborted"; nothing
 * but the operators stays allocated then.
 */
export async function loadCpuBackend(
  files: Pick<ModelFiles, "config" | "tensors">,
  ops: CpuOps,
  options: Pick<OpenModelOptions, "signal" | "onProgress"> = {},
): Promise<ModelBackend> {
  const { config, tensors } = files;
  const blueprint = findFamily(config.family).blueprint(config, (name) => tensors.has(name));
  const found = findTensors(files, blueprintTensors(blueprint));
  const weights = await loadWeights(ops, found, options);
  const held = { dispose: () => weights.free() };
  const decoder = freeing(held, () => createCpuDecoder(ops, blueprint, weights));
  return createCpuBackend({ config, ops, weights, decoder });
}
