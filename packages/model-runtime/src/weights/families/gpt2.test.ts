import { describe, expect, test } from "vitest";
import { readJson, readMetadata } from "./families.fixture.ts";
import { gpt2 } from "./gpt2.ts";

const json = { vocab_size: 20, n_embd: 8, n_layer: 2, n_head: 2, n_positions: 64 };
const metadata = {
  "gpt2.embedding_length": 8,
  "gpt2.block_count": 2,
  "gpt2.feed_forward_length": 32,
  "gpt2.context_length": 64,
  "gpt2.attention.head_count": 2,
  "gpt2.attention.layer_norm_epsilon": 1e-5,
};

describe("gpt2", () => {
  test("reads config.json and GGUF alike, without rotation", () => {
    const config = readJson(gpt2, json);
    expect(readMetadata(gpt2, metadata)).toEqual(config);
    expect(config).toMatchObject({ queryHeads: 2, kvHeads: 2, headDim: 4, feedForwardSize: 32 });
    expect(config).not.toHaveProperty("rotary");
  });

  test.each<[string, Record<string, unknown>]>([
    ["n_head", { n_head: 3 }],
    ["activation_function", { activation_function: "gelu" }],
    ["scale_attn_weights", { scale_attn_weights: false }],
    ["scale_attn_by_inverse_layer_idx", { scale_attn_by_inverse_layer_idx: true }],
    ["add_cross_attention", { add_cross_attention: true }],
  ])("names %s as the field that is wrong", (field, changes) => {
    expect(() => readJson(gpt2, { ...json, ...changes })).toThrow(
      expect.objectContaining({ code: "bad-config", message: expect.stringContaining(field) }),
    );
  });

  test("cuts queries, keys and values out of one matrix, which Hugging Face stores turned", () => {
    const tensors = gpt2.expectedTensors(readJson(gpt2, json));
    expect(tensors).toHaveLength(2 * 16 + 4);
    const part = { first: 16, of: 24 };
    expect(tensors).toContainEqual({
      name: "model.layers.1.self_attn.v_proj.weight",
      shape: [8, 8],
      huggingFace: { name: "h.1.attn.c_attn.weight", transposed: true, part },
      gguf: { name: "blk.1.attn_qkv.weight", part },
    });
    expect(tensors).toContainEqual({
      name: "model.layers.1.self_attn.v_proj.bias",
      shape: [8],
      huggingFace: { name: "h.1.attn.c_attn.bias", part },
      gguf: { name: "blk.1.attn_qkv.bias", part },
    });
  });
});
