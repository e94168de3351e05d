import type { ExpectedTensor, FamilyConfig, StoredPlace } from "./model-family.ts";

/** What the families that descend from Llama store besides its tensors. */
export interface GatedTensorsVariant {
  /** Queries, keys and values have biases. */
  readonly biases?: boolean;
  /** Queries and keys are normalised head by head. */
  readonly headNorms?: boolean;
  /** What attention and feed-forward add is normalised, and Hugging Face stores all norms less one. */
  readonly gemmaNorms?: boolean;
}

/** One kind of tensor of a layer: Hugging Face's and GGUF's name, the end of both, and the shape. */
type Row = readonly [
  huggingFace: string,
  gguf: string,
  end: "weight" | "bias",
  shape: readonly number[],
];

/** The tensors of Llama and its descendants. */
export function gatedTensors(
  config: FamilyConfig,
  variant: GatedTensorsVariant = {},
): readonly ExpectedTensor[] {
  const { hiddenSize, vocabularySize, tiedEmbeddings } = config;
  const table = [vocabularySize, hiddenSize];
  const outside: readonly Row[] = [
    ["model.embed_tokens", "token_embd", "weight", table],
    ["model.norm", "output_norm", "weight", [hiddenSize]],
    ...(tiedEmbeddings ? [] : [["lm_head", "output", "weight", table] as const]),
  ];
  const rows = layerRows(config, variant);
  return [
    ...outside.map((row) => toTensor("", "", row, variant)),
    ...Array.from({ length: config.layers }, (_, layer) =>
      rows.map((row) => toTensor(`model.layers.${layer}.`, `blk.${layer}.`, row, variant)),
    ).flat(),
  ];
}

function layerRows(config: FamilyConfig, variant: GatedTensorsVariant): readonly Row[] {
  const { hiddenSize, feedForwardSize, headDim } = config;
  const queryWidth = config.queryHeads * headDim;
  const kvWidth = config.kvHeads * headDim;
  const head = [headDim];
  const hidden = [hiddenSize];
  return [
    ["input_layernorm", "attn_norm", "weight", hidden],
    ["self_attn.q_proj", "attn_q", "weight", [queryWidth, hiddenSize]],
    ["self_attn.k_proj", "attn_k", "weight", [kvWidth, hiddenSize]],
    ["self_attn.v_proj", "attn_v", "weight", [kvWidth, hiddenSize]],
    ["self_attn.o_proj", "attn_output", "weight", [hiddenSize, queryWidth]],
    ...(variant.biases ? biasRows(queryWidth, kvWidth) : []),
    ...when(variant.headNorms, ["self_attn.q_norm", "attn_q_norm", "weight", head]),
    ...when(variant.headNorms, ["self_attn.k_norm", "attn_k_norm", "weight", head]),
    ...normRows(hidden, variant),
    ["mlp.gate_proj", "ffn_gate", "weight", [feedForwardSize, hiddenSize]],
    ["mlp.up_proj", "ffn_up", "weight", [feedForwardSize, hiddenSize]],
    ["mlp.down_proj", "ffn_down", "weight", [hiddenSize, feedForwardSize]],
  ];
}

const when = (holds: boolean | undefined, row: Row): readonly Row[] => (holds ? [row] : []);

function biasRows(queryWidth: number, kvWidth: number): readonly Row[] {
  return [
    ["self_attn.q_proj", "attn_q", "bias", [queryWidth]],
    ["self_attn.k_proj", "attn_k", "bias", [kvWidth]],
    ["self_attn.v_proj", "attn_v", "bias", [kvWidth]],
  ];
}

/** The norms about the feed-forward: Hugging Face calls Llama's by the name of another one of Gemma's. */
function normRows(hidden: readonly number[], variant: GatedTensorsVariant): readonly Row[] {
  if (!variant.gemmaNorms) return [["post_attention_layernorm", "ffn_norm", "weight", hidden]];
  return [
    ["post_attention_layernorm", "post_attention_norm", "weight", hidden],
    ["pre_feedforward_layernorm", "ffn_norm", "weight", hidden],
    ["post_feedforward_layernorm", "post_ffw_norm", "weight", hidden],
  ];
}

function toTensor(
  prefix: string,
  ggufPrefix: string,
  [name, ggufName, end, shape]: Row,
  { gemmaNorms }: GatedTensorsVariant,
): ExpectedTensor {
  const ownName = `${prefix}${name}.${end}`;
  const isLessOne = gemmaNorms && name.endsWith("norm");
  const huggingFace: StoredPlace = isLessOne ? { name: ownName, lessOne: true } : { name: ownName };
  return { name: ownName, shape, huggingFace, gguf: { name: `${ggufPrefix}${ggufName}.${end}` } };
}
