import type { ConfigFields } from "../config-fields.ts";
import { expectSwitchesOff, expectText } from "./expect-switches.ts";
import { readGgufVocabularySize } from "./gguf-gated.ts";
import type {
  ExpectedTensor,
  FamilyConfig,
  GgufTensorFacts,
  ModelFamily,
  StoredPlace,
} from "./model-family.ts";
import { LARGEST_CONTEXT, LARGEST_VOCABULARY, LARGEST_WIDTH, MOST_LAYERS } from "./size-limits.ts";

function readHuggingFaceConfig(fields: ConfigFields): FamilyConfig {
  expectText(fields, "activation_function", ["gelu_new", "gelu_pytorch_tanh"]);
  expectSwitchesOff(fields, ["scale_attn_by_inverse_layer_idx", "add_cross_attention"]);
  if (!fields.flag("scale_attn_weights", true)) throw fields.refuse("scale_attn_weights", "true");
  const hiddenSize = fields.count("n_embd", { max: LARGEST_WIDTH });
  return {
    ...readHeads(fields, "n_head", hiddenSize),
    family: "gpt2",
    hiddenSize,
    vocabularySize: fields.count("vocab_size", { max: LARGEST_VOCABULARY }),
    feedForwardSize: fields.count("n_inner", { max: LARGEST_WIDTH, otherwise: 4 * hiddenSize }),
    layers: fields.count("n_layer", { max: MOST_LAYERS }),
    contextLength: fields.count("n_positions", { max: LARGEST_CONTEXT }),
    normEpsilon: fields.number("layer_norm_epsilon", { max: 1, otherwise: 1e-5 }),
    tiedEmbeddings: fields.flag("tie_word_embeddings", true),
  };
}

function readGgufConfig(fields: ConfigFields, facts: GgufTensorFacts): FamilyConfig {
  const hiddenSize = fields.count("gpt2.embedding_length", { max: LARGEST_WIDTH });
  return {
    ...readHeads(fields, "gpt2.attention.head_count", hiddenSize),
    family: "gpt2",
    hiddenSize,
    vocabularySize: readGgufVocabularySize(fields, facts),
    feedForwardSize: fields.count("gpt2.feed_forward_length", { max: LARGEST_WIDTH }),
    layers: fields.count("gpt2.block_count", { max: MOST_LAYERS }),
    contextLength: fields.count("gpt2.context_length", { max: LARGEST_CONTEXT }),
    normEpsilon: fields.number("gpt2.attention.layer_norm_epsilon", { max: 1 }),
    tiedEmbeddings: facts.shapeOf("output.weight") === undefined,
  };
}

function readHeads(
  fields: ConfigFields,
  key: string,
  hiddenSize: number,
): Pick<FamilyConfig, "queryHeads" | "kvHeads" | "headDim"> {
  const heads = fields.count(key, { max: LARGEST_WIDTH });
  if (hiddenSize % heads !== 0) throw fields.refuse(key, `a divisor of ${hiddenSize}`);
  return { queryHeads: heads, kvHeads: heads, headDim: hiddenSize / heads };
}

/** One linear or norm: our name, Hugging Face's, GGUF's, and the shape of the weight, of which the bias has the rows. */
type Row = readonly [
  name: string,
  huggingFace: string,
  gguf: string,
  shape: readonly number[],
  part?: StoredPlace["part"] | undefined,
];

function expectedTensors(config: FamilyConfig): readonly ExpectedTensor[] {
  const { vocabularySize, hiddenSize, contextLength } = config;
  const table = [vocabularySize, hiddenSize];
  return [
    toTensor("model.embed_tokens.weight", "wte.weight", "token_embd.weight", table),
    toTensor("model.embed_positions.weight", "wpe.weight", "position_embd.weight", [
      contextLength,
      hiddenSize,
    ]),
    ...pairOf(["model.norm", "ln_f", "output_norm", [hiddenSize]]),
    ...(config.tiedEmbeddings
      ? []
      : [toTensor("lm_head.weight", "lm_head.weight", "output.weight", table)]),
    ...Array.from({ length: config.layers }, (_, layer) => layerTensors(config, layer)).flat(),
  ];
}

function layerTensors(config: FamilyConfig, layer: number): readonly ExpectedTensor[] {
  const { hiddenSize, feedForwardSize } = config;
  const square = [hiddenSize, hiddenSize];
  const third = (index: number) => ({ first: index * hiddenSize, of: 3 * hiddenSize });
  const rows: readonly Row[] = [
    ["input_layernorm", "ln_1", "attn_norm", [hiddenSize]],
    ["self_attn.q_proj", "attn.c_attn", "attn_qkv", square, third(0)],
    ["self_attn.k_proj", "attn.c_attn", "attn_qkv", square, third(1)],
    ["self_attn.v_proj", "attn.c_attn", "attn_qkv", square, third(2)],
    ["self_attn.o_proj", "attn.c_proj", "attn_output", square],
    ["post_attention_layernorm", "ln_2", "ffn_norm", [hiddenSize]],
    ["mlp.up_proj", "mlp.c_fc", "ffn_up", [feedForwardSize, hiddenSize]],
    ["mlp.down_proj", "mlp.c_proj", "ffn_down", [hiddenSize, feedForwardSize]],
  ];
  return rows.flatMap(([name, huggingFace, gguf, shape, part]) =>
    pairOf([
      `model.layers.${layer}.${name}`,
      `h.${layer}.${huggingFace}`,
      `blk.${layer}.${gguf}`,
      shape,
      part,
    ]),
  );
}

/** Weight and bias. */
function pairOf([name, huggingFace, gguf, shape, part]: Row): readonly ExpectedTensor[] {
  return (["weight", "bias"] as const).map((end) => {
    const numbers = end === "weight" ? shape : shape.slice(0, 1);
    const names = [name, huggingFace, gguf].map((start) => `${start}.${end}`);
    return toTensor(names[0]!, names[1]!, names[2]!, numbers, part);
  });
}

/** Matrices of layers are stored as [inputs, outputs] by Hugging Face; the tables are not. */
function toTensor(
  name: string,
  huggingFace: string,
  gguf: string,
  shape: readonly number[],
  part?: StoredPlace["part"] | undefined,
): ExpectedTensor {
  const isTransposed = huggingFace.startsWith("h.") && shape.length === 2;
  const place = part ? { part } : {};
  return {
    name,
    shape,
    huggingFace: {
      name: huggingFace,
      ...(isTransposed && { transposed: true as const }),
      ...place,
    },
    gguf: { name: gguf, ...place },
  };
}

/** GPT-2: learned positions, layer norms, biases everywhere, and queries, keys and values in one matrix. */
export const gpt2: ModelFamily = {
  name: "gpt2",
  huggingFace: { modelType: "gpt2", prefix: "transformer.", readConfig: readHuggingFaceConfig },
  gguf: { architecture: "gpt2", readConfig: readGgufConfig },
  expectedTensors,
};
