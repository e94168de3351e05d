import { blueprintTensors } from "../layers/blueprint-tensors.ts";
import { findFamily } from "../layers/find-family.ts";
import type { TensorNeed } from "../layers/tensor-need.ts";
import type { ModelConfig } from "../weights/model-config.ts";

/**
 * The tensors that a model of this configuration reads, each once.
 * @param hasBias Whether the file stores a bias of this name. Default: it stores none.
 * @throws ModelError "unsupported-architecture".
 */
export function modelTensors(
  config: ModelConfig,
  hasBias: (name: string) => boolean = () => false,
): readonly TensorNeed[] {
  return blueprintTensors(findFamily(config.family).blueprint(config, hasBias));
}
