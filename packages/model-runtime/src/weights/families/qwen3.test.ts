import { describe, expect, test } from "vitest";
import { gatedJson, gatedMetadata, readJson, readMetadata } from "./families.fixture.ts";
import { qwen3 } from "./qwen3.ts";

describe("qwen3", () => {
  test("has heads of 128 where config.json does not say, whatever the hidden size", () => {
    expect(readJson(qwen3, gatedJson).headDim).toBe(128);
    expect(readJson(qwen3, { ...gatedJson, head_dim: 20 }).headDim).toBe(20);
  });

  test("refuses biases", () => {
    expect(() => readJson(qwen3, { ...gatedJson, attention_bias: true })).toThrow("attention_bias");
  });

  test("takes the width of heads from GGUF, and refuses values of another width", () => {
    const metadata = { ...gatedMetadata("qwen3"), "qwen3.attention.key_length": 20 };
    const own = { ...metadata, "qwen3.attention.value_length": 20 };
    expect(readMetadata(qwen3, own).headDim).toBe(20);
    expect(() => readMetadata(qwen3, { ...own, "qwen3.attention.value_length": 10 })).toThrow(
      "qwen3.attention.value_length: expected 20",
    );
  });

  test("has norms of queries and keys in every layer", () => {
    const tensors = qwen3.expectedTensors(readJson(qwen3, gatedJson));
    expect(tensors).toHaveLength(4 * 11 + 3);
    expect(tensors).toContainEqual({
      name: "model.layers.0.self_attn.q_norm.weight",
      shape: [128],
      huggingFace: { name: "model.layers.0.self_attn.q_norm.weight" },
      gguf: { name: "blk.0.attn_q_norm.weight" },
    });
  });
});
