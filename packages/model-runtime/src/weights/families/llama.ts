import type { ConfigFields } from "../config-fields.ts";
import { expectSwitchesOff, expectText } from "./expect-switches.ts";
import { gatedTensors } from "./gated-tensors.ts";
import { readGgufGated } from "./gguf-gated.ts";
import { readHuggingFaceGated } from "./huggingface-gated.ts";
import type { FamilyConfig, GgufTensorFacts, ModelFamily } from "./model-family.ts";

function readHuggingFaceConfig(fields: ConfigFields): FamilyConfig {
  expectText(fields, "hidden_act", ["silu"]);
  expectSwitchesOff(fields, ["attention_bias", "mlp_bias"]);
  return readHuggingFaceGated("llama", fields);
}

/** llama.cpp's converter permutes the query and key rows. */
function readGgufConfig(fields: ConfigFields, facts: GgufTensorFacts): FamilyConfig {
  return readGgufGated("llama", fields, facts, "interleaved");
}

/** Llama 1 to 3 and everything that shares their configuration; in GGUF also Mistral. */
export const llama: ModelFamily = {
  name: "llama",
  huggingFace: { modelType: "llama", readConfig: readHuggingFaceConfig },
  gguf: { architecture: "llama", readConfig: readGgufConfig },
  expectedTensors: (config) => gatedTensors(config),
};
