import { describe, expect, test } from "vitest";
import { gatedJson, gatedMetadata, readJson, readMetadata } from "./families.fixture.ts";
import { qwen2 } from "./qwen2.ts";

describe("qwen2.huggingFace.readConfig", () => {
  test("has no window unless use_sliding_window says so, and then from max_window_layers on", () => {
    const json = { ...gatedJson, sliding_window: 16, max_window_layers: 3 };
    expect(readJson(qwen2, json).slidingWindow).toBeUndefined();
    expect(readJson(qwen2, { ...json, use_sliding_window: true }).slidingWindow).toEqual({
      size: 16,
      layers: [false, false, false, true],
    });
  });

  test.each<[string, Record<string, unknown>]>([
    ["use_mrope", { use_mrope: true }],
    ["rope_type", { rope_scaling: { rope_type: "yarn", factor: 4 } }],
  ])("names %s as the field that is wrong", (field, changes) => {
    expect(() => readJson(qwen2, { ...gatedJson, ...changes })).toThrow(
      expect.objectContaining({ code: "bad-config", message: expect.stringContaining(field) }),
    );
  });
});

describe("qwen2.gguf.readConfig", () => {
  test("leaves the rows of queries and keys in halves", () => {
    const config = readMetadata(qwen2, gatedMetadata("qwen2"));
    expect(config).toMatchObject({ family: "qwen2", headDim: 4, rotary: { layout: "half" } });
  });
});

describe("qwen2.expectedTensors", () => {
  test("has biases of queries, keys and values", () => {
    const tensors = qwen2.expectedTensors(readJson(qwen2, gatedJson));
    expect(tensors).toHaveLength(4 * 12 + 3);
    expect(tensors).toContainEqual({
      name: "model.layers.2.self_attn.v_proj.bias",
      shape: [4],
      huggingFace: { name: "model.layers.2.self_attn.v_proj.bias" },
      gguf: { name: "blk.2.attn_v.bias" },
    });
  });
});
