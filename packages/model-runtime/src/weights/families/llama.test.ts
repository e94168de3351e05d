import { describe, expect, test } from "vitest";
import { tinyConfig } from "../../../test/tiny-files.ts";
import { createConfigFields, createJsonFields } from "../config-fields.ts";
import { llama } from "./llama.ts";
import type { FamilyConfig } from "./model-family.ts";

function readJson(changes: Record<string, unknown> = {}): FamilyConfig {
  return llama.huggingFace.readConfig(
    createJsonFields("config.json", { ...tinyConfig, ...changes }),
  );
}

function readGguf(
  changes: Record<string, unknown> = {},
  frequencyFactors?: Float32Array,
): FamilyConfig {
  const metadata: Record<string, unknown> = {
    "llama.context_length": 64,
    "llama.embedding_length": 8,
    "llama.block_count": 2,
    "llama.feed_forward_length": 12,
    "llama.attention.head_count": 2,
    "llama.attention.layer_norm_rms_epsilon": 1e-5,
    ...changes,
  };
  const fields = createConfigFields("x.gguf", (key) => metadata[key]);
  const shapeOf = (name: string) => (name === "token_embd.weight" ? [20, 8] : undefined);
  return llama.gguf!.readConfig(fields, { shapeOf, frequencyFactors });
}

const llama3 = {
  rope_type: "llama3",
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 8192,
};
const llama3Scaling = {
  kind: "llama3",
  factor: 8,
  lowFrequencyFactor: 1,
  highFrequencyFactor: 4,
  originalContextLength: 8192,
};

describe("llama.huggingFace.readConfig", () => {
  test("derives what is not written", () => {
    const config = readJson({ num_key_value_heads: undefined, rope_theta: undefined });
    expect(config).toMatchObject({ queryHeads: 2, kvHeads: 2, headDim: 4 });
    expect(config.rotary).toEqual({
      theta: 10_000,
      dimensions: 4,
      layout: "half",
      scaling: { kind: "none" },
    });
    expect(readJson({ head_dim: 6 }).headDim).toBe(6);
  });

  test("reads rotary scaling in its old and its new place", () => {
    expect(readJson({ rope_scaling: llama3 }).rotary?.scaling).toEqual(llama3Scaling);
    const inside = readJson({ rope_parameters: { ...llama3, rope_theta: 5e5 }, rope_theta: 1 });
    expect(inside.rotary).toMatchObject({ theta: 5e5, scaling: llama3Scaling });
    const linear = readJson({ rope_scaling: { type: "linear", factor: 2 } });
    expect(linear.rotary?.scaling).toEqual({ kind: "linear", factor: 2 });
    expect(
      readJson({ rope_parameters: { rope_type: "default" }, rope_theta: 7 }).rotary?.theta,
    ).toBe(7);
  });

  test.each<[string, Record<string, unknown>]>([
    ["hidden_size", { hidden_size: "8" }],
    ["hidden_size", { hidden_size: undefined }],
    ["num_hidden_layers", { num_hidden_layers: 0 }],
    ["num_hidden_layers", { num_hidden_layers: 1e6 }],
    ["num_key_value_heads", { num_attention_heads: 4, num_key_value_heads: 3 }],
    ["num_attention_heads", { num_attention_heads: 3, num_key_value_heads: 1 }],
    ["head_dim", { head_dim: 5 }],
    ["hidden_act", { hidden_act: "gelu" }],
    ["attention_bias", { attention_bias: true }],
    ["rope_theta", { rope_theta: -1 }],
    ["rope_type", { rope_scaling: { rope_type: "yarn" } }],
    ["factor", { rope_scaling: { rope_type: "linear" } }],
    ["tie_word_embeddings", { tie_word_embeddings: 1 }],
  ])("names %s as the field that is wrong", (field, changes) => {
    expect(() => readJson(changes)).toThrow(
      expect.objectContaining({ code: "bad-config", message: expect.stringContaining(field) }),
    );
  });
});

describe("llama.gguf.readConfig", () => {
  test("ties the embeddings when there is no output.weight, and interleaves", () => {
    expect(readGguf()).toMatchObject({
      vocabularySize: 20,
      tiedEmbeddings: true,
      kvHeads: 2,
      rotary: { theta: 10_000, dimensions: 4, layout: "interleaved", scaling: { kind: "none" } },
    });
  });

  test("reads linear scaling and factors", () => {
    const linear = { "llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": 4 };
    expect(readGguf(linear).rotary?.scaling).toEqual({ kind: "linear", factor: 4 });
    expect(readGguf({ "llama.rope.scale_linear": 2 }).rotary?.scaling).toEqual({
      kind: "linear",
      factor: 2,
    });
    const factors = Float32Array.of(1, 8);
    expect(readGguf({}, factors).rotary?.scaling).toEqual({ kind: "factors", factors });
  });

  test.each<[string, Record<string, unknown>, Float32Array?]>([
    ["llama.expert_count", { "llama.expert_count": 8 }],
    ["llama.rope.scaling.type", { "llama.rope.scaling.type": "yarn" }],
    ["llama.rope.dimension_count", { "llama.rope.dimension_count": 6 }],
    ["llama.attention.head_count_kv", { "llama.attention.head_count_kv": Int32Array.of(1, 2) }],
    ["rope_freqs.weight", {}, Float32Array.of(1)],
    ["rope_freqs.weight", {}, Float32Array.of(1, 0)],
  ])("names %s as the key that is wrong", (key, changes, factors) => {
    expect(() => readGguf(changes, factors)).toThrow(
      expect.objectContaining({ code: "bad-config", message: expect.stringContaining(key) }),
    );
  });
});

describe("llama.expectedTensors", () => {
  test("names nine tensors a layer beside embedding, norm and head", () => {
    const names = llama.expectedTensors(readJson()).map(({ name }) => name);
    expect(names).toHaveLength(2 * 9 + 3);
    expect(llama.expectedTensors(readJson({ tie_word_embeddings: true }))).toHaveLength(2 * 9 + 2);
    expect(llama.expectedTensors(readJson())).toContainEqual({
      name: "model.layers.1.self_attn.k_proj.weight",
      shape: [4, 8],
      huggingFace: { name: "model.layers.1.self_attn.k_proj.weight" },
      gguf: { name: "blk.1.attn_k.weight" },
    });
  });
});
