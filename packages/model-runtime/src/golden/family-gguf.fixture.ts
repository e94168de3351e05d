import { encodeF16 } from "@sift-attention/tensor";
import { type GgufInput, type GgufTensorInput, writeGguf } from "../../test/write-gguf.ts";
import { halfToFloat } from "../weights/half-float.ts";
import { FAMILY_VOCABULARY, type FamilyCase, readFamilyFile } from "./family-case.fixture.ts";

/** Cases that llama.cpp has an architecture for that computes the same. */
export const GGUF_CASES = ["llama", "qwen2", "qwen3", "gemma3", "gpt2"] as const;

export type GgufCase = Extract<(typeof GGUF_CASES)[number], FamilyCase>;

/** f32 numbers of a tensor, rows first. */
interface Numbers {
  readonly shape: readonly number[];
  readonly numbers: Float32Array;
}

type Config = Readonly<Record<string, unknown>>;

/**
 * The case as llama.cpp's converter writes it: its names, its order of rows, norms of Gemma with their one. llama.cpp
 * itself (node-llama-cpp 3.22.1, CPU) gives log-probabilities within 0.03 of the golden ones from these files: it rounds
 * activations to f16.
 */
export function createFamilyGguf(name: GgufCase): Uint8Array<ArrayBuffer> {
  const config: Config = JSON.parse(new TextDecoder().decode(readFamilyFile(name, "config.json")));
  const tensors = [...readSafetensors(readFamilyFile(name, "model.safetensors"))].map(
    ([own, numbers]): readonly [string, GgufTensorInput] => [
      ggufName(name, own),
      toInput(convert(name, config, own, numbers)),
    ],
  );
  if (name === "llama") tensors.push(["rope_freqs.weight", toInput(frequencyFactors(config))]);
  return writeGguf({ ...metadata(name, config), ...TOKENIZER }, Object.fromEntries(tensors));
}

const TOKENIZER: Record<string, GgufInput> = {
  "tokenizer.ggml.model": ["text", "gpt2"],
  "tokenizer.ggml.pre": ["text", "gpt-2"],
  "tokenizer.ggml.tokens": ["texts", FAMILY_VOCABULARY],
  "tokenizer.ggml.token_type": ["i32s", FAMILY_VOCABULARY.map(() => 1)],
  "tokenizer.ggml.merges": ["texts", []],
};

function metadata(name: GgufCase, config: Config): Record<string, GgufInput> {
  const number = (...keys: string[]): number =>
    Number(keys.map((key) => config[key]).find((value) => typeof value === "number"));
  const hidden = number("hidden_size", "n_embd");
  const shared: Record<string, GgufInput> = {
    context_length: ["u32", number("max_position_embeddings", "n_positions")],
    embedding_length: ["u32", hidden],
    block_count: ["u32", number("num_hidden_layers", "n_layer")],
    feed_forward_length: ["u32", name === "gpt2" ? 4 * hidden : number("intermediate_size")],
    "attention.head_count": ["u32", number("num_attention_heads", "n_head")],
  };
  const own = name === "gpt2" ? gpt2Metadata(config) : gatedMetadata(name, config, number);
  const entries = Object.entries({ ...shared, ...own });
  return {
    "general.architecture": ["text", name],
    ...Object.fromEntries(entries.map(([key, value]) => [`${name}.${key}`, value])),
  };
}

const gpt2Metadata = (config: Config): Record<string, GgufInput> => ({
  "attention.layer_norm_epsilon": ["f32", Number(config.layer_norm_epsilon)],
});

function gatedMetadata(
  name: GgufCase,
  config: Config,
  number: (key: string) => number,
): Record<string, GgufInput> {
  const parameters = config.rope_parameters as Record<string, Record<string, number>> & {
    rope_theta: number;
  };
  const headDim = config.head_dim === undefined ? undefined : number("head_dim");
  return {
    "attention.head_count_kv": ["u32", number("num_key_value_heads")],
    "attention.layer_norm_rms_epsilon": ["f32", number("rms_norm_eps")],
    "rope.freq_base": ["f32", (parameters.full_attention ?? parameters).rope_theta!],
    ...(headDim && {
      "attention.key_length": ["u32", headDim],
      "attention.value_length": ["u32", headDim],
    }),
    ...(name === "gemma3" && {
      "attention.sliding_window": ["u32", number("sliding_window")],
      final_logit_softcapping: ["f32", number("final_logit_softcapping")],
      "rope.scaling.type": ["text", "linear"],
      "rope.scaling.factor": ["f32", parameters.full_attention!.factor!],
    }),
  };
}

type Renaming = readonly (readonly [RegExp, string])[];

const RENAMING: Renaming = [
  [/^transformer\./, ""],
  [/^(model\.layers|h)\.(\d+)\./, "blk.$2."],
  [/^(model\.embed_tokens|wte)\./, "token_embd."],
  [/^wpe\./, "position_embd."],
  [/^(model\.norm|ln_f)\./, "output_norm."],
  [/^lm_head\./, "output."],
  [/self_attn\.([qkv])_proj/, "attn_$1"],
  [/self_attn\.([qk])_norm/, "attn_$1_norm"],
  [/self_attn\.o_proj|attn\.c_proj/, "attn_output"],
  [/attn\.c_attn/, "attn_qkv"],
  [/mlp\.(gate|up|down)_proj/, "ffn_$1"],
  [/mlp\.c_fc/, "ffn_up"],
  [/mlp\.c_proj/, "ffn_down"],
  [/input_layernorm|ln_1/, "attn_norm"],
  [/ln_2/, "ffn_norm"],
];

const LLAMA_NORMS: Renaming = [[/post_attention_layernorm/, "ffn_norm"]];

const GEMMA_NORMS: Renaming = [
  [/post_attention_layernorm/, "post_attention_norm"],
  [/pre_feedforward_layernorm/, "ffn_norm"],
  [/post_feedforward_layernorm/, "post_ffw_norm"],
];

function ggufName(name: GgufCase, own: string): string {
  const renaming = [...RENAMING, ...(name === "gemma3" ? GEMMA_NORMS : LLAMA_NORMS)];
  return renaming.reduce((text, [from, to]) => text.replace(from, to), own);
}

function convert(name: GgufCase, config: Config, own: string, tensor: Numbers): Numbers {
  const heads = config[own.includes("q_proj") ? "num_attention_heads" : "num_key_value_heads"];
  if (name === "llama" && /[qk]_proj/.test(own)) return pairUp(tensor, Number(heads));
  if (name === "gemma3" && own.endsWith("norm.weight")) {
    // GGUF has no query_pre_attn_scalar, head_dim stands for it: the norm of the queries makes up for that.
    const ratio = Number(config.head_dim) / Number(config.query_pre_attn_scalar);
    const factor = own.includes("q_norm") ? Math.sqrt(ratio) : 1;
    return { ...tensor, numbers: tensor.numbers.map((number) => (number + 1) * factor) };
  }
  return name === "gpt2" && /(attn|mlp)\.c_\w+\.weight/.test(own) ? transpose(tensor) : tensor;
}

/** Rows of each head so that row i and row i + half lie side by side. */
function pairUp({ shape, numbers }: Numbers, heads: number): Numbers {
  const [rows = 0, columns = 0] = shape;
  const headDim = rows / heads;
  return {
    shape,
    numbers: numbers.map((_, at) => {
      const row = Math.floor(at / columns);
      const inHead = row % headDim;
      const source = row - inHead + (inHead % 2) * (headDim / 2) + (inHead >> 1);
      return numbers[source * columns + (at % columns)]!;
    }),
  };
}

function transpose({ shape, numbers }: Numbers): Numbers {
  const [rows = 0, columns = 0] = shape;
  const turned = numbers.map((_, at) => numbers[(at % rows) * columns + Math.floor(at / rows)]!);
  return { shape: [columns, rows], numbers: turned };
}

/** What the converter makes of Llama 3.1's scaling: a divisor for each frequency. */
function frequencyFactors({ rope_parameters: parameters, head_dim: headDim }: Config): Numbers {
  const {
    rope_theta,
    factor,
    low_freq_factor,
    high_freq_factor,
    original_max_position_embeddings,
  } = parameters as Record<string, number>;
  const count = Number(headDim) / 2;
  const numbers = Float32Array.from({ length: count }, (_, i) => {
    const wavelength = 2 * Math.PI * rope_theta! ** (i / count);
    const turns = original_max_position_embeddings! / wavelength;
    if (turns > high_freq_factor!) return 1;
    if (turns < low_freq_factor!) return factor!;
    const smooth = (turns - low_freq_factor!) / (high_freq_factor! - low_freq_factor!);
    return 1 / ((1 - smooth) / factor! + smooth);
  });
  return { shape: [count], numbers };
}

/** Matrices are written as f16, which they are, and vectors as f32. */
function toInput({ shape, numbers }: Numbers): GgufTensorInput {
  if (shape.length === 1) return { type: 0, shape, bytes: new Uint8Array(numbers.buffer) };
  return { type: 1, shape, bytes: new Uint8Array(Uint16Array.from(numbers, encodeF16).buffer) };
}

/** The tensors of a safetensors file in f16. */
function* readSafetensors(file: Uint8Array): Generator<readonly [string, Numbers]> {
  const view = new DataView(file.buffer, file.byteOffset);
  const start = 8 + view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, start)));
  delete header.__metadata__;
  for (const [name, { shape, data_offsets }] of Object.entries<{
    readonly shape: readonly number[];
    readonly data_offsets: readonly [number, number];
  }>(header)) {
    const count = (data_offsets[1] - data_offsets[0]) / 2;
    const numbers = Float32Array.from({ length: count }, (_, i) =>
      halfToFloat(view.getUint16(start + data_offsets[0] + 2 * i, true)),
    );
    yield [name, { shape, numbers }];
  }
}
