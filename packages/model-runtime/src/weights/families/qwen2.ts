import type { ConfigFields } from "../config-fields.ts";
import { expectSwitchesOff, expectText } from "./expect-switches.ts";
import { gatedTensors } from "./gated-tensors.ts";
import { readGgufGated } from "./gguf-gated.ts";
import { readHuggingFaceGated } from "./huggingface-gated.ts";
import type { FamilyConfig, ModelFamily } from "./model-family.ts";
import { readSlidingWindow } from "./sliding-layers.ts";

function readHuggingFaceConfig(fields: ConfigFields): FamilyConfig {
  expectText(fields, "hidden_act", ["silu"]);
  expectSwitchesOff(fields, ["use_mrope"]);
  return readQwenWindow(fields, readHuggingFaceGated("qwen2", fields));
}

/** Windows of Qwen 2 and 3: off unless `use_sliding_window`, and then from layer `max_window_layers` on. */
export function readQwenWindow(fields: ConfigFields, config: FamilyConfig): FamilyConfig {
  if (!fields.flag("use_sliding_window", false)) return config;
  const first = fields.count("max_window_layers", { min: 0, otherwise: 28 });
  const slidingWindow = readSlidingWindow(fields, config.layers, (layer) => layer >= first);
  return slidingWindow ? { ...config, slidingWindow } : config;
}

/** Qwen 2 and 2.5 (arXiv 2407.10671): Llama with biases on queries, keys and values. */
export const qwen2: ModelFamily = {
  name: "qwen2",
  huggingFace: { modelType: "qwen2", readConfig: readHuggingFaceConfig },
  gguf: {
    architecture: "qwen2",
    readConfig: (fields, facts) => readGgufGated("qwen2", fields, facts, "half"),
  },
  expectedTensors: (config) => gatedTensors(config, { biases: true }),
};
