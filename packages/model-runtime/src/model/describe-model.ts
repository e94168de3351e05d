import { blueprintTensors } from "../layers/blueprint-tensors.ts";
import { findFamily } from "../layers/find-family.ts";
import { findTensors } from "../layers/tensor-need.ts";
import type { ModelInfo } from "../model.ts";
import type { ModelFiles } from "../weights/model-files.ts";
import { describeWeights } from "./describe-weights.ts";

/**
 * What is known of a model before a byte of its weights is read.
 * @throws ModelError "unsupported-architecture", "missing-tensor", "bad-tensor".
 */
export function describeModel(
  files: ModelFiles,
): Pick<ModelInfo, "source" | "family" | "parameters" | "weightType"> {
  const { source, config, tensors } = files;
  const blueprint = findFamily(config.family).blueprint(config, (name) => tensors.has(name));
  const found = findTensors(files, blueprintTensors(blueprint));
  const weights = describeWeights(found.map(({ tensor }) => tensor));
  return { source, family: config.family, ...weights };
}
