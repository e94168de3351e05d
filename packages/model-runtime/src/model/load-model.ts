import { blueprintTensors } from "../layers/blueprint-tensors.ts";
import { createCpuDecoder } from "../layers/cpu-decoder.ts";
import { findFamily } from "../layers/find-family.ts";
import { loadWeights } from "../layers/load-weights.ts";
import { freeing } from "../layers/scratch.ts";
import { findTensors } from "../layers/tensor-need.ts";
import type { Model } from "../model.ts";
import type { OpenModelOptions } from "../open-options.ts";
import type { CpuOps } from "../ops/cpu-ops.ts";
import type { ModelFiles } from "../weights/model-files.ts";
import { createModel } from "./create-model.ts";
import { describeWeights } from "./describe-weights.ts";

/**
 * Loads the weights of opened files into the backend's memory. The model owns the operators from then on.
 * @throws ModelError "unsupported-architecture", "missing-tensor", "bad-tensor", "out-of-memory", "aborted"; nothing
 * stays allocated then.
 */
export async function loadModel(
  files: ModelFiles,
  ops: CpuOps,
  options: Pick<OpenModelOptions, "signal" | "onProgress"> = {},
): Promise<Model> {
  const { config, tensors } = files;
  const blueprint = findFamily(config.family).blueprint(config, (name) => tensors.has(name));
  const found = findTensors(files, blueprintTensors(blueprint));
  const weights = await loadWeights(ops, found, options);
  const held = { dispose: () => weights.free() };
  const decoder = freeing(held, () => createCpuDecoder(ops, blueprint, weights));
  const description = describeWeights(found.map(({ tensor }) => tensor));
  return createModel({ files, ops, weights, decoder, description });
}
