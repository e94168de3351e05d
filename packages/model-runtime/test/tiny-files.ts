import { byteLevelText } from "../src/tokenizer/byte-level.ts";
import { llama } from "../src/weights/families/llama.ts";
import type { FamilyConfig } from "../src/weights/families/model-family.ts";
import { type GgufInput, type GgufTensorInput, writeGguf } from "./write-gguf.ts";
import { type SafetensorsInput, writeSafetensors } from "./write-safetensors.ts";

/** Byte tokens, a merge, and ChatML's tokens: 260 in all. */
const BYTES = Array.from({ length: 256 }, (_, byte) => byteLevelText(Uint8Array.of(byte)));
const TOKENS = [...BYTES, "he", "<|endoftext|>", "<|im_start|>", "<|im_end|>"];
const SPECIAL = [257, 258, 259];
const TEMPLATE =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

export const tinyConfig: Readonly<Record<string, unknown>> = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  vocab_size: TOKENS.length,
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: false,
  eos_token_id: 257,
};

const family: FamilyConfig = {
  family: "llama",
  vocabularySize: TOKENS.length,
  hiddenSize: 8,
  feedForwardSize: 12,
  layers: 2,
  queryHeads: 2,
  kvHeads: 1,
  headDim: 4,
  contextLength: 64,
  normEpsilon: 1e-5,
  rotary: { theta: 10_000, dimensions: 4, layout: "half", scaling: { kind: "none" } },
  tiedEmbeddings: false,
};

/** The bytes of tensor number `index`: 1, 1.0009…, all different, as f16. */
function tensorBytes(index: number, shape: readonly number[]): Uint8Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const numbers = Uint16Array.from(
    { length: count },
    (_, i) => 0x3c00 + ((i + index * 31) & 0x3ff),
  );
  return new Uint8Array(numbers.buffer);
}

export function tinySafetensors(): Record<string, SafetensorsInput> {
  const tensors = llama.expectedTensors(family).map(({ name, shape }, i) => {
    return [name, { dtype: "F16", shape, bytes: tensorBytes(i, shape) }] as const;
  });
  return Object.fromEntries(tensors);
}

export const tinyTokenizer: Readonly<Record<string, unknown>> = {
  version: "1.0",
  added_tokens: SPECIAL.map((id) => ({ id, content: TOKENS[id]!, special: true })),
  normalizer: null,
  pre_tokenizer: {
    type: "Sequence",
    pretokenizers: [
      {
        type: "Split",
        pattern: {
          Regex: "(?i:'s|'t)| ?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
        },
        behavior: "Isolated",
        invert: false,
      },
      { type: "ByteLevel", add_prefix_space: false, use_regex: false },
    ],
  },
  post_processor: null,
  decoder: { type: "ByteLevel" },
  model: {
    type: "BPE",
    vocab: Object.fromEntries(TOKENS.map((token, id) => [token, id])),
    merges: [["h", "e"]],
  },
};

const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** A Hugging Face folder of two layers, all in memory. */
export function tinyFolder(): Map<string, Uint8Array> {
  return new Map([
    ["config.json", text(tinyConfig)],
    ["generation_config.json", text({ eos_token_id: [259], temperature: 0.5, do_sample: true })],
    ["tokenizer.json", text(tinyTokenizer)],
    [
      "tokenizer_config.json",
      text({ bos_token: null, eos_token: { content: "<|im_end|>" }, chat_template: TEMPLATE }),
    ],
    ["model.safetensors", writeSafetensors(tinySafetensors())],
  ]);
}

/** The same model's metadata as GGUF. */
export function tinyMetadata(): Record<string, GgufInput> {
  return {
    "general.architecture": ["text", "llama"],
    "llama.context_length": ["u32", 64],
    "llama.embedding_length": ["u32", 8],
    "llama.block_count": ["u32", 2],
    "llama.feed_forward_length": ["u32", 12],
    "llama.attention.head_count": ["u32", 2],
    "llama.attention.head_count_kv": ["u32", 1],
    "llama.attention.layer_norm_rms_epsilon": ["f32", 1e-5],
    "llama.rope.freq_base": ["f32", 10_000],
    "tokenizer.ggml.model": ["text", "gpt2"],
    "tokenizer.ggml.pre": ["text", "gpt-2"],
    "tokenizer.ggml.tokens": ["texts", TOKENS],
    "tokenizer.ggml.token_type": ["i32s", TOKENS.map((_, id) => (SPECIAL.includes(id) ? 3 : 1))],
    "tokenizer.ggml.merges": ["texts", ["h e"]],
    "tokenizer.ggml.eos_token_id": ["u32", 259],
    "tokenizer.chat_template": ["text", TEMPLATE],
  };
}

/** The same tensors under GGUF's names. */
export function tinyGgufTensors(): Record<string, GgufTensorInput> {
  const tensors = llama.expectedTensors(family).map(({ gguf, shape }, i) => {
    return [gguf.name, { type: 1, shape, bytes: tensorBytes(i, shape) }] as const;
  });
  return Object.fromEntries(tensors);
}

/** The same model as one GGUF file. */
export function tinyGguf(): Uint8Array<ArrayBuffer> {
  return writeGguf(tinyMetadata(), tinyGgufTensors());
}

const PIECES: readonly (readonly [string, number, number])[] = [
  ["<unk>", 0, 2],
  ["<s>", 0, 3],
  ["</s>", 0, 3],
  ...Array.from({ length: 256 }, (_, byte) => {
    return [`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`, 0, 6] as const;
  }),
  ["▁", -1, 1],
  ["h", -2, 1],
  ["e", -3, 1],
  ["l", -4, 1],
  ["he", -5, 1],
  ["▁he", -6, 1],
  ["ll", -7, 1],
  ["hell", -8, 1],
  ["<tool>", 0, 4],
];

/** Metadata of a SentencePiece tokenizer with byte fallback. */
export function tinySentencePiece(): Record<string, GgufInput> {
  return {
    "tokenizer.ggml.model": ["text", "llama"],
    "tokenizer.ggml.tokens": ["texts", PIECES.map(([piece]) => piece)],
    "tokenizer.ggml.scores": ["f32s", PIECES.map(([, score]) => score)],
    "tokenizer.ggml.token_type": ["i32s", PIECES.map(([, , kind]) => kind)],
  };
}
