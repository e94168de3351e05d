import type { ModelConfig, RotaryConfig } from "../weights/model-config.ts";
import type {
  AttentionBlueprint,
  DecoderBlueprint,
  LayerBlueprint,
  LinearBlueprint,
  NormBlueprint,
} from "./decoder-blueprint.ts";
import { rotaryFrequencies } from "./rotary-frequencies.ts";

/** Where Llama's descendants differ from it, besides the numbers of their configurations. */
export interface GatedDecoderVariant {
  readonly activation: "silu" | "gelu-tanh";
  /** Multiplies the embedded rows; default 1. */
  readonly embeddingScale?: number;
  /** Queries and keys are normalised head by head. */
  readonly headNorms?: boolean;
  /** What attention and feed-forward add is normalised, too. */
  readonly outputNorms?: boolean;
}

const EMBEDDING = "model.embed_tokens.weight";

/**
 * Pre-norm blocks of attention with rotary positions and a gated feed-forward, as Llama has them (arXiv 2302.13971,
 * grouped queries of 2307.09288), with biases where the file stores them.
 */
export function gatedDecoder(
  config: ModelConfig,
  has: (tensorName: string) => boolean,
  variant: GatedDecoderVariant,
): DecoderBlueprint {
  const { queryHeads, kvHeads, headDim, vocabularySize, hiddenSize, feedForwardSize } = config;
  const parts = createParts(config, has);
  return {
    geometry: { queryHeads, kvHeads, headDim },
    vocabularySize,
    hiddenSize,
    feedForwardSize,
    contextLength: config.contextLength,
    embedding: EMBEDDING,
    embeddingScale: variant.embeddingScale ?? 1,
    layers: Array.from({ length: config.layers }, (_, layer) =>
      layerBlueprint(config, layer, variant, parts),
    ),
    outputNorm: parts.norm("model.norm"),
    head: {
      weight: config.tiedEmbeddings ? EMBEDDING : "lm_head.weight",
      inputs: hiddenSize,
      outputs: vocabularySize,
    },
    ...(config.logitCap === undefined ? {} : { logitCap: config.logitCap }),
  };
}

interface Parts {
  linear(name: string, inputs: number, outputs: number): LinearBlueprint;
  norm(name: string, width?: number): NormBlueprint;
  /** Of layers with and without a sliding window. */
  readonly rotary: Readonly<Record<"global" | "sliding", AttentionBlueprint["rotary"]>>;
}

function createParts(config: ModelConfig, has: (tensorName: string) => boolean): Parts {
  const { hiddenSize, normEpsilon: epsilon, rotary } = config;
  const turn = (rotary: RotaryConfig | undefined): AttentionBlueprint["rotary"] =>
    rotary && { frequencies: rotaryFrequencies(rotary), layout: rotary.layout };
  return {
    linear(name, inputs, outputs) {
      const weight = { weight: `${name}.weight`, inputs, outputs };
      return has(`${name}.bias`) ? { ...weight, bias: `${name}.bias` } : weight;
    },
    norm: (name, width = hiddenSize) => ({
      kind: "rms",
      weight: `${name}.weight`,
      width,
      epsilon,
    }),
    rotary: { global: turn(rotary), sliding: turn(config.slidingWindow?.rotary ?? rotary) },
  };
}

function layerBlueprint(
  config: ModelConfig,
  layer: number,
  variant: GatedDecoderVariant,
  { linear, norm, rotary }: Parts,
): LayerBlueprint {
  const { hiddenSize, feedForwardSize, headDim, slidingWindow } = config;
  const prefix = `model.layers.${layer}`;
  const queryWidth = config.queryHeads * headDim;
  const kvWidth = config.kvHeads * headDim;
  const slides = slidingWindow?.layers[layer] === true;
  const frequencies = slides ? rotary.sliding : rotary.global;
  const attention: AttentionBlueprint = {
    query: linear(`${prefix}.self_attn.q_proj`, hiddenSize, queryWidth),
    key: linear(`${prefix}.self_attn.k_proj`, hiddenSize, kvWidth),
    value: linear(`${prefix}.self_attn.v_proj`, hiddenSize, kvWidth),
    output: linear(`${prefix}.self_attn.o_proj`, queryWidth, hiddenSize),
    ...(variant.headNorms && {
      queryNorm: norm(`${prefix}.self_attn.q_norm`, headDim),
      keyNorm: norm(`${prefix}.self_attn.k_norm`, headDim),
    }),
    ...(frequencies && { rotary: frequencies }),
    scale: config.attentionScale ?? headDim ** -0.5,
    ...(slidingWindow && slides && { window: slidingWindow.size }),
  };
  const feedForward = {
    gate: linear(`${prefix}.mlp.gate_proj`, hiddenSize, feedForwardSize),
    up: linear(`${prefix}.mlp.up_proj`, hiddenSize, feedForwardSize),
    down: linear(`${prefix}.mlp.down_proj`, feedForwardSize, hiddenSize),
    activation: variant.activation,
  };
  const inputNorm = norm(`${prefix}.input_layernorm`);
  const afterAttention = norm(`${prefix}.post_attention_layernorm`);
  if (!variant.outputNorms) {
    return { inputNorm, attention, feedForwardNorm: afterAttention, feedForward };
  }
  return {
    inputNorm,
    attention,
    attentionOutputNorm: afterAttention,
    feedForwardNorm: norm(`${prefix}.pre_feedforward_layernorm`),
    feedForward,
    feedForwardOutputNorm: norm(`${prefix}.post_feedforward_layernorm`),
  };
}
