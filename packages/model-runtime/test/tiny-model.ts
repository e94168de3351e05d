import { crc32 } from "node:zlib";
import { createRandom } from "@sift-attention/testing/random";
import type { Tokenizer } from "../src/tokenizer/tokenizer.ts";
import type { ModelConfig } from "../src/weights/model-config.ts";
import type { ModelFiles, WeightTensor } from "../src/weights/model-files.ts";

/** A small Llama that differs from the plainest one where a test wants it to. */
export interface TinyModelOptions {
  readonly config?: Partial<ModelConfig>;
  /** Biases on every projection. */
  readonly biases?: boolean;
  readonly stopTokens?: readonly number[];
}

export const TINY_CONFIG: ModelConfig = {
  family: "llama",
  vocabularySize: 67,
  hiddenSize: 32,
  feedForwardSize: 48,
  layers: 2,
  queryHeads: 4,
  kvHeads: 2,
  headDim: 8,
  contextLength: 256,
  normEpsilon: 1e-5,
  rotary: { theta: 10000, dimensions: 8, layout: "half", scaling: { kind: "none" } },
  tiedEmbeddings: true,
  stopTokens: [],
};

/** A model of random weights in memory: each tensor's numbers are seeded by its name, as in tiny-model-golden.py. */
export function createTinyModel(options: TinyModelOptions = {}): ModelFiles {
  const config: ModelConfig = { ...TINY_CONFIG, ...options.config };
  const tensors = new Map<string, WeightTensor>();
  for (const [name, shape] of tensorShapes(config, options.biases ?? false)) {
    tensors.set(name, createTensor(name, shape));
  }
  return {
    source: "tiny",
    config,
    tensors,
    tokenizer: createByteTokenizer(),
    generationDefaults: { stopTokens: options.stopTokens ?? [] },
    renderChat: (messages, { addGenerationPrompt }) =>
      messages.map(({ role, content }) => `${role}:${content};`).join("") +
      (addGenerationPrompt ? "assistant:" : ""),
    close: async () => {},
  };
}

/** f32 numbers as a tensor of a file. */
export function toTensor(
  name: string,
  shape: readonly number[],
  numbers: Float32Array,
): WeightTensor {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return {
    name,
    format: "f32",
    shape,
    byteLength: bytes.length,
    readInto: async (target) => target.set(bytes),
    readRange: async (target, byteOffset) =>
      target.set(bytes.subarray(byteOffset, byteOffset + target.byteLength)),
  };
}

function* tensorShapes(config: ModelConfig, biases: boolean): Generator<[string, number[]]> {
  const { vocabularySize, hiddenSize, feedForwardSize, headDim } = config;
  const queryWidth = config.queryHeads * headDim;
  const keyWidth = config.kvHeads * headDim;
  yield ["model.embed_tokens.weight", [vocabularySize, hiddenSize]];
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `model.layers.${layer}`;
    yield [`${prefix}.input_layernorm.weight`, [hiddenSize]];
    yield [`${prefix}.post_attention_layernorm.weight`, [hiddenSize]];
    for (const [name, outputs, inputs] of [
      ["self_attn.q_proj", queryWidth, hiddenSize],
      ["self_attn.k_proj", keyWidth, hiddenSize],
      ["self_attn.v_proj", keyWidth, hiddenSize],
      ["self_attn.o_proj", hiddenSize, queryWidth],
      ["mlp.gate_proj", feedForwardSize, hiddenSize],
      ["mlp.up_proj", feedForwardSize, hiddenSize],
      ["mlp.down_proj", hiddenSize, feedForwardSize],
    ] as const) {
      yield [`${prefix}.${name}.weight`, [outputs, inputs]];
      if (biases) yield [`${prefix}.${name}.bias`, [outputs]];
    }
  }
  yield ["model.norm.weight", [hiddenSize]];
  if (!config.tiedEmbeddings) yield ["lm_head.weight", [vocabularySize, hiddenSize]];
}

function createTensor(name: string, shape: readonly number[]): WeightTensor {
  const [low, high] = range(name);
  const random = createRandom(crc32(name));
  const count = shape.reduce((product, size) => product * size, 1);
  const numbers = Float32Array.from({ length: count }, () => low + (high - low) * random());
  return toTensor(name, shape, numbers);
}

/** Norms lie around 1; queries and keys are larger, so that attention is peaked. */
function range(name: string): readonly [number, number] {
  if (name.endsWith("norm.weight")) return [0.75, 1.25];
  return /[qk]_proj/.test(name) ? [-0.5, 0.5] : [-0.25, 0.25];
}

/** Token 0 is special; 1 to 62 are single bytes of ASCII from "A" on; 63 to 66 are the bytes of U+1F600. */
export function createByteTokenizer(): Tokenizer {
  const smile = new TextEncoder().encode("\u{1F600}");
  const bytesOf = (id: number): Uint8Array => {
    if (id <= 0 || id > 66) return new Uint8Array(0);
    return Uint8Array.of(id < 63 ? 64 + id : smile[id - 63]!);
  };
  const idOf = (byte: number): number => {
    const at = smile.indexOf(byte);
    return at === -1 ? Math.min(62, Math.max(1, byte - 64)) : 63 + at;
  };
  return {
    vocabularySize: 67,
    encode: (text, { addSpecialTokens = true } = {}) => [
      ...(addSpecialTokens ? [0] : []),
      ...Array.from(new TextEncoder().encode(text), idOf),
    ],
    decode: (ids) =>
      new TextDecoder().decode(Uint8Array.from(ids.flatMap((id) => [...bytesOf(id)]))),
    tokenBytes: bytesOf,
    isSpecial: (id) => id === 0,
    tokenId: (token) => (token === "<end>" ? 0 : undefined),
  };
}
