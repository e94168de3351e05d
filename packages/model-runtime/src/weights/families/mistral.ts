import type { ConfigFields } from "../config-fields.ts";
import { expectText } from "./expect-switches.ts";
import { gatedTensors } from "./gated-tensors.ts";
import { readHuggingFaceGated } from "./huggingface-gated.ts";
import type { FamilyConfig, ModelFamily } from "./model-family.ts";
import { readSlidingWindow } from "./sliding-layers.ts";

function readHuggingFaceConfig(fields: ConfigFields): FamilyConfig {
  expectText(fields, "hidden_act", ["silu"]);
  const config = readHuggingFaceGated("mistral", fields);
  const slidingWindow = readSlidingWindow(fields, config.layers, () => true);
  return slidingWindow ? { ...config, slidingWindow } : config;
}

/** Mistral (arXiv 2310.06825): Llama with a sliding window. llama.cpp converts it to Llama's GGUF, without one. */
export const mistral: ModelFamily = {
  name: "mistral",
  huggingFace: { modelType: "mistral", readConfig: readHuggingFaceConfig },
  expectedTensors: (config) => gatedTensors(config),
};
