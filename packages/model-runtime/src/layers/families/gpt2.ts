import type { ModelConfig } from "../../weights/model-config.ts";
import type { DecoderFamily } from "../decoder.ts";
import type {
  DecoderBlueprint,
  LayerBlueprint,
  LinearBlueprint,
  NormBlueprint,
} from "../decoder-blueprint.ts";

const EMBEDDING = "model.embed_tokens.weight";

/** GPT-2: learned positions, layer norms, biases everywhere, a feed-forward without gate. */
export const gpt2Family: DecoderFamily = { name: "gpt2", blueprint };

function blueprint(config: ModelConfig): DecoderBlueprint {
  const { queryHeads, kvHeads, headDim, vocabularySize, hiddenSize } = config;
  return {
    geometry: { queryHeads, kvHeads, headDim },
    vocabularySize,
    hiddenSize,
    feedForwardSize: config.feedForwardSize,
    contextLength: config.contextLength,
    embedding: EMBEDDING,
    embeddingScale: 1,
    positions: "model.embed_positions.weight",
    layers: Array.from({ length: config.layers }, (_, layer) => layerBlueprint(config, layer)),
    outputNorm: norm(config, "model.norm"),
    head: {
      weight: config.tiedEmbeddings ? EMBEDDING : "lm_head.weight",
      inputs: hiddenSize,
      outputs: vocabularySize,
    },
  };
}

function layerBlueprint(config: ModelConfig, layer: number): LayerBlueprint {
  const { hiddenSize, feedForwardSize, headDim } = config;
  const prefix = `model.layers.${layer}`;
  const project = (name: string): LinearBlueprint =>
    linear(`${prefix}.self_attn.${name}`, hiddenSize, hiddenSize);
  return {
    inputNorm: norm(config, `${prefix}.input_layernorm`),
    attention: {
      query: project("q_proj"),
      key: project("k_proj"),
      value: project("v_proj"),
      output: project("o_proj"),
      scale: headDim ** -0.5,
    },
    feedForwardNorm: norm(config, `${prefix}.post_attention_layernorm`),
    feedForward: {
      up: linear(`${prefix}.mlp.up_proj`, hiddenSize, feedForwardSize),
      down: linear(`${prefix}.mlp.down_proj`, feedForwardSize, hiddenSize),
      activation: "gelu-tanh",
    },
  };
}

function linear(name: string, inputs: number, outputs: number): LinearBlueprint {
  return { weight: `${name}.weight`, bias: `${name}.bias`, inputs, outputs };
}

function norm({ hiddenSize, normEpsilon }: ModelConfig, name: string): NormBlueprint {
  return {
    kind: "layer",
    weight: `${name}.weight`,
    bias: `${name}.bias`,
    width: hiddenSize,
    epsilon: normEpsilon,
  };
}
