import type { ConfigFields } from "../config-fields.ts";
import { expectSwitchesOff, expectText } from "./expect-switches.ts";
import { gatedTensors } from "./gated-tensors.ts";
import { readGgufGated } from "./gguf-gated.ts";
import { readHuggingFaceGated } from "./huggingface-gated.ts";
import type { FamilyConfig, ModelFamily } from "./model-family.ts";
import { readQwenWindow } from "./qwen2.ts";

/** Heads have this width where config.json does not say another. */
const HEAD_DIM = 128;

function readHuggingFaceConfig(fields: ConfigFields): FamilyConfig {
  expectText(fields, "hidden_act", ["silu"]);
  expectSwitchesOff(fields, ["attention_bias"]);
  return readQwenWindow(fields, readHuggingFaceGated("qwen3", fields, { headDim: HEAD_DIM }));
}

/** Qwen 3 (arXiv 2505.09388): queries and keys are normalised head by head, and there are no biases. */
export const qwen3: ModelFamily = {
  name: "qwen3",
  huggingFace: { modelType: "qwen3", readConfig: readHuggingFaceConfig },
  gguf: {
    architecture: "qwen3",
    readConfig: (fields, facts) => readGgufGated("qwen3", fields, facts, "half"),
  },
  expectedTensors: (config) => gatedTensors(config, { headNorms: true }),
};
