import { crc32 } from "node:zlib";
import type {
  ModelConfig,
  ModelFiles,
  Tokenizer,
  WeightTensor,
} from "@sift-attention/model-runtime";
import { createRandom } from "@sift-attention/testing/random";

/** A Llama of two layers with random weights and a token for each byte: quick, and its attention is not uniform. */
export const TINY_CONFIG: ModelConfig = {
  family: "llama",
  vocabularySize: 256,
  hiddenSize: 16,
  feedForwardSize: 24,
  layers: 2,
  queryHeads: 4,
  kvHeads: 2,
  headDim: 4,
  contextLength: 512,
  normEpsilon: 1e-5,
  rotary: { theta: 10_000, dimensions: 4, layout: "half", scaling: { kind: "none" } },
  tiedEmbeddings: true,
  stopTokens: [],
};

function randomTensor(name: string, shape: readonly number[]): WeightTensor {
  const random = createRandom(crc32(name));
  const count = shape.reduce((product, size) => product * size, 1);
  const [low, high] = name.endsWith("norm.weight") ? [0.75, 1.25] : [-0.6, 0.6];
  const numbers = Float32Array.from({ length: count }, () => low + (high - low) * random());
  const bytes = new Uint8Array(numbers.buffer);
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

function* tensorShapes(config: ModelConfig): Generator<[string, number[]]> {
  const { hiddenSize, feedForwardSize, headDim } = config;
  const [queryWidth, keyWidth] = [config.queryHeads * headDim, config.kvHeads * headDim];
  yield ["model.embed_tokens.weight", [config.vocabularySize, hiddenSize]];
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `model.layers.${layer}`;
    yield [`${prefix}.input_layernorm.weight`, [hiddenSize]];
    yield [`${prefix}.post_attention_layernorm.weight`, [hiddenSize]];
    yield [`${prefix}.self_attn.q_proj.weight`, [queryWidth, hiddenSize]];
    yield [`${prefix}.self_attn.k_proj.weight`, [keyWidth, hiddenSize]];
    yield [`${prefix}.self_attn.v_proj.weight`, [keyWidth, hiddenSize]];
    yield [`${prefix}.self_attn.o_proj.weight`, [hiddenSize, queryWidth]];
    yield [`${prefix}.mlp.gate_proj.weight`, [feedForwardSize, hiddenSize]];
    yield [`${prefix}.mlp.up_proj.weight`, [feedForwardSize, hiddenSize]];
    yield [`${prefix}.mlp.down_proj.weight`, [hiddenSize, feedForwardSize]];
  }
  yield ["model.norm.weight", [hiddenSize]];
}

/** One token for each byte of UTF-8. */
export const byteTokenizer: Tokenizer = {
  vocabularySize: 256,
  encode: (text) => [...new TextEncoder().encode(text)],
  decode: (ids) => new TextDecoder().decode(Uint8Array.from(ids)),
  tokenBytes: (id) => Uint8Array.of(id),
  isSpecial: () => false,
  tokenId: () => undefined,
};

export function createTinyModel(): ModelFiles {
  return {
    source: "tiny",
    config: TINY_CONFIG,
    tensors: new Map(
      Array.from(tensorShapes(TINY_CONFIG), ([name, shape]) => [name, randomTensor(name, shape)]),
    ),
    tokenizer: byteTokenizer,
    generationDefaults: { stopTokens: [] },
    renderChat: (messages) => messages.map(({ role, content }) => `${role}: ${content}\n`).join(""),
    close: async () => {},
  };
}
