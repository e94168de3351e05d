import type { AttentionGeometry } from "@sift-attention/tensor";
import { ModelError } from "../../model-error.ts";
import type { ConfigFields } from "../config-fields.ts";
import type { RotaryConfig } from "../model-config.ts";
import { readGgufScaling, readHuggingFaceRotary } from "../rotary-config.ts";
import type { ExpectedTensor, FamilyConfig, GgufTensorFacts, ModelFamily } from "./model-family.ts";

/** Bounds that no model comes near; they keep later products inside the safe integers. */
const LARGEST_WIDTH = 2 ** 20;
const LARGEST_VOCABULARY = 2 ** 24;
const LARGEST_CONTEXT = 2 ** 31 - 1;
const MOST_LAYERS = 1024;

function readHuggingFaceConfig(fields: ConfigFields): FamilyConfig {
  if (fields.text("hidden_act", "silu") !== "silu") throw fields.refuse("hidden_act", "silu");
  for (const key of ["attention_bias", "mlp_bias"]) {
    if (fields.flag(key, false)) throw fields.refuse(key, "false");
  }
  const hiddenSize = fields.count("hidden_size", { max: LARGEST_WIDTH });
  const geometry = readGeometry(fields, hiddenSize, {
    heads: "num_attention_heads",
    kvHeads: "num_key_value_heads",
    headDim: "head_dim",
  });
  return {
    ...geometry,
    family: "llama",
    hiddenSize,
    vocabularySize: fields.count("vocab_size", { max: LARGEST_VOCABULARY }),
    feedForwardSize: fields.count("intermediate_size", { max: LARGEST_WIDTH }),
    layers: fields.count("num_hidden_layers", { max: MOST_LAYERS }),
    contextLength: fields.count("max_position_embeddings", { max: LARGEST_CONTEXT }),
    normEpsilon: fields.number("rms_norm_eps", { max: 1, otherwise: 1e-6 }),
    rotary: readHuggingFaceRotary(fields, geometry.headDim),
    tiedEmbeddings: fields.flag("tie_word_embeddings", false),
  };
}

function readGgufConfig(fields: ConfigFields, facts: GgufTensorFacts): FamilyConfig {
  if (fields.count("llama.expert_count", { min: 0, otherwise: 0 }) > 0) {
    throw fields.refuse("llama.expert_count", "0, a model without experts");
  }
  const hiddenSize = fields.count("llama.embedding_length", { max: LARGEST_WIDTH });
  const geometry = readGeometry(fields, hiddenSize, {
    heads: "llama.attention.head_count",
    kvHeads: "llama.attention.head_count_kv",
    headDim: "llama.attention.key_length",
  });
  return {
    ...geometry,
    family: "llama",
    hiddenSize,
    vocabularySize: ggufVocabularySize(fields, facts),
    feedForwardSize: fields.count("llama.feed_forward_length", { max: LARGEST_WIDTH }),
    layers: fields.count("llama.block_count", { max: MOST_LAYERS }),
    contextLength: fields.count("llama.context_length", { max: LARGEST_CONTEXT }),
    normEpsilon: fields.number("llama.attention.layer_norm_rms_epsilon", { max: 1 }),
    rotary: readGgufRotary(fields, facts, geometry.headDim),
    tiedEmbeddings: facts.shapeOf("output.weight") === undefined,
  };
}

function readGeometry(
  fields: ConfigFields,
  hiddenSize: number,
  keys: { readonly heads: string; readonly kvHeads: string; readonly headDim: string },
): AttentionGeometry {
  const queryHeads = fields.count(keys.heads, { max: LARGEST_WIDTH });
  const kvHeads = fields.count(keys.kvHeads, { max: queryHeads, otherwise: queryHeads });
  if (queryHeads % kvHeads !== 0) throw fields.refuse(keys.kvHeads, `a divisor of ${queryHeads}`);
  if (!fields.has(keys.headDim) && hiddenSize % queryHeads !== 0) {
    throw fields.refuse(keys.heads, `a divisor of ${hiddenSize}`);
  }
  const headDim = fields.count(keys.headDim, {
    max: LARGEST_WIDTH,
    otherwise: hiddenSize / queryHeads,
  });
  if (headDim % 2 !== 0) throw fields.refuse(keys.headDim, "an even number");
  return { queryHeads, kvHeads, headDim };
}

function readGgufRotary(
  fields: ConfigFields,
  facts: GgufTensorFacts,
  headDim: number,
): RotaryConfig {
  const key = "llama.rope.dimension_count";
  const dimensions = fields.count(key, { max: headDim, otherwise: headDim });
  if (dimensions % 2 !== 0) throw fields.refuse(key, "an even number");
  return {
    theta: fields.number("llama.rope.freq_base", { otherwise: 10_000 }),
    dimensions,
    // llama.cpp's converter permutes the query and key rows for it.
    layout: "interleaved",
    scaling: readGgufScaling(fields, "llama", dimensions, facts.frequencyFactors),
  };
}

function ggufVocabularySize(fields: ConfigFields, facts: GgufTensorFacts): number {
  const rows = facts.shapeOf("token_embd.weight")?.[0];
  if (rows === undefined) {
    throw new ModelError("missing-tensor", `${fields.where}: no tensor token_embd.weight`);
  }
  if (rows < 1 || rows > LARGEST_VOCABULARY) {
    const message = `${fields.where}: token_embd.weight: expected 1 to ${LARGEST_VOCABULARY} rows, got ${rows}`;
    throw new ModelError("bad-tensor", message);
  }
  return rows;
}

function expectedTensors(config: FamilyConfig): readonly ExpectedTensor[] {
  const { hiddenSize, vocabularySize } = config;
  const tensors: ExpectedTensor[] = [
    {
      name: "model.embed_tokens.weight",
      ggufName: "token_embd.weight",
      shape: [vocabularySize, hiddenSize],
    },
    { name: "model.norm.weight", ggufName: "output_norm.weight", shape: [hiddenSize] },
  ];
  if (!config.tiedEmbeddings) {
    const shape = [vocabularySize, hiddenSize];
    tensors.push({ name: "lm_head.weight", ggufName: "output.weight", shape });
  }
  for (let layer = 0; layer < config.layers; layer++) tensors.push(...layerTensors(config, layer));
  return tensors;
}

function layerTensors(config: FamilyConfig, layer: number): ExpectedTensor[] {
  const { hiddenSize, feedForwardSize, headDim } = config;
  const queryWidth = config.queryHeads * headDim;
  const kvWidth = config.kvHeads * headDim;
  const rows: readonly (readonly [string, string, readonly number[]])[] = [
    ["input_layernorm", "attn_norm", [hiddenSize]],
    ["self_attn.q_proj", "attn_q", [queryWidth, hiddenSize]],
    ["self_attn.k_proj", "attn_k", [kvWidth, hiddenSize]],
    ["self_attn.v_proj", "attn_v", [kvWidth, hiddenSize]],
    ["self_attn.o_proj", "attn_output", [hiddenSize, queryWidth]],
    ["post_attention_layernorm", "ffn_norm", [hiddenSize]],
    ["mlp.gate_proj", "ffn_gate", [feedForwardSize, hiddenSize]],
    ["mlp.up_proj", "ffn_up", [feedForwardSize, hiddenSize]],
    ["mlp.down_proj", "ffn_down", [hiddenSize, feedForwardSize]],
  ];
  return rows.map(([name, ggufName, shape]) => ({
    name: `model.layers.${layer}.${name}.weight`,
    ggufName: `blk.${layer}.${ggufName}.weight`,
    shape,
  }));
}

/** Llama 2, 3 and everything that shares their configuration. */
export const llama: ModelFamily = {
  name: "llama",
  readHuggingFaceConfig,
  readGgufConfig,
  expectedTensors,
};
