import type { ConfigFields } from "../config-fields.ts";
import type { RotaryConfig } from "../model-config.ts";
import { readRotaryParameters } from "../rotary-config.ts";
import { expectSwitchesOff, expectText } from "./expect-switches.ts";
import { gatedTensors } from "./gated-tensors.ts";
import { readGgufGated } from "./gguf-gated.ts";
import { readHuggingFaceGated } from "./huggingface-gated.ts";
import type { FamilyConfig, GgufTensorFacts, ModelFamily } from "./model-family.ts";
import { readSlidingWindow } from "./sliding-layers.ts";

/** One layer in so many sees all keys: the last. */
const PERIOD = 6;
const HEAD_DIM = 256;
const GLOBAL_THETA = 1_000_000;
const SLIDING_THETA = 10_000;

function readHuggingFaceConfig(fields: ConfigFields): FamilyConfig {
  expectText(fields, "hidden_activation", ["gelu_pytorch_tanh"]);
  expectSwitchesOff(fields, ["attention_bias", "use_bidirectional_attention"]);
  expectNoCap(fields, "attn_logit_softcapping");
  const defaults = { tiedEmbeddings: true, headDim: HEAD_DIM, theta: GLOBAL_THETA };
  const config = readHuggingFaceGated("gemma3", fields, defaults);
  const key = fields.has("sliding_window_pattern")
    ? "sliding_window_pattern"
    : "_sliding_window_pattern";
  const period = fields.count(key, { otherwise: PERIOD });
  const sliding = readSlidingWindow(fields, config.layers, (layer) => slides(layer, period));
  const scalar = fields.number("query_pre_attn_scalar", { otherwise: HEAD_DIM });
  return withSpecials(config, {
    attentionScale: scalar ** -0.5,
    sliding: sliding && { ...sliding, rotary: readSlidingRotary(fields, config.headDim) },
    logitCap: readCap(fields, "final_logit_softcapping"),
  });
}

function readSlidingRotary(fields: ConfigFields, headDim: number): RotaryConfig {
  const parameters = fields.nested("rope_parameters")?.nested("sliding_attention");
  const theta = fields.number("rope_local_base_freq", { otherwise: SLIDING_THETA });
  return readRotaryParameters(parameters, headDim, theta);
}

function readGgufConfig(fields: ConfigFields, facts: GgufTensorFacts): FamilyConfig {
  expectNoCap(fields, "gemma3.attn_logit_softcapping");
  const config = readGgufGated("gemma3", fields, facts, "half");
  const { layers, headDim, hiddenSize, queryHeads } = config;
  const size = fields.count("gemma3.attention.sliding_window", { min: 0, otherwise: 0 });
  const period = fields.count("gemma3.attention.sliding_window_pattern", { otherwise: PERIOD });
  const theta = fields.number("gemma3.rope.freq_base_swa", { otherwise: SLIDING_THETA });
  const rotary: RotaryConfig = {
    ...{ theta, dimensions: headDim, layout: "half" },
    scaling: { kind: "none" },
  };
  return withSpecials(config, {
    // The file does not say it; 62 layers are those of the 27 B model, which divides by another width than headDim.
    attentionScale: layers === 62 ? (hiddenSize / queryHeads) ** -0.5 : headDim ** -0.5,
    sliding:
      size === 0
        ? undefined
        : { size, layers: Array.from({ length: layers }, (_, i) => slides(i, period)), rotary },
    logitCap: readCap(fields, "gemma3.final_logit_softcapping"),
  });
}

const slides = (layer: number, period: number): boolean => (layer + 1) % period !== 0;

function withSpecials(
  config: FamilyConfig,
  specials: {
    readonly attentionScale: number;
    readonly sliding: FamilyConfig["slidingWindow"];
    readonly logitCap: number | undefined;
  },
): FamilyConfig {
  const { attentionScale, sliding, logitCap } = specials;
  return {
    ...config,
    attentionScale,
    ...(sliding && { slidingWindow: sliding }),
    ...(logitCap !== undefined && { logitCap }),
  };
}

function readCap(fields: ConfigFields, key: string): number | undefined {
  const cap = fields.number(key, { min: 0, otherwise: 0 });
  return cap === 0 ? undefined : cap;
}

function expectNoCap(fields: ConfigFields, key: string): void {
  if (readCap(fields, key) !== undefined) throw fields.refuse(key, "null: scores are not capped");
}

/**
 * Gemma 3's text models (arXiv 2503.19786): five layers with a sliding window to one without, norms about everything,
 * scaled embeddings.
 */
export const gemma3: ModelFamily = {
  name: "gemma3",
  huggingFace: { modelType: "gemma3_text", readConfig: readHuggingFaceConfig },
  gguf: { architecture: "gemma3", readConfig: readGgufConfig },
  expectedTensors: (config) => gatedTensors(config, { headNorms: true, gemmaNorms: true }),
};
