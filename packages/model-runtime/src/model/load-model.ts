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
  const family = findFamily(files.config.family);
  const found = findTensors(files, family.tensors(files.config));
  const weights = await loadWeights(ops, found, options);
  const held = { dispose: () => weights.free() };
  const decoder = freeing(held, () => family.create(ops, files.config, weights));
  const description = describeWeights(found.map(({ tensor }) => tensor));
  return createModel({ files, ops, weights, decoder, description });
}
