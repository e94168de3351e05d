import { describe, expect, test } from "vitest";
import { gatedJson, gatedMetadata, readJson, readMetadata } from "./families.fixture.ts";
import { gemma3 } from "./gemma3.ts";

const json = { ...gatedJson, num_hidden_layers: 7, head_dim: 4, sliding_window: 16 };
const pattern = [true, true, true, true, true, false, true];

describe("gemma3.huggingFace.readConfig", () => {
  test("takes the family's word for what is not written", () => {
    const config = readJson(gemma3, { ...json, head_dim: undefined });
    expect(config).toMatchObject({ headDim: 256, attentionScale: 1 / 16, tiedEmbeddings: true });
    expect(config.rotary).toMatchObject({ theta: 1e6, scaling: { kind: "none" } });
    expect(config.slidingWindow).toMatchObject({ size: 16, layers: pattern });
    expect(config.slidingWindow?.rotary?.theta).toBe(1e4);
    expect(config).not.toHaveProperty("logitCap");
  });

  test("reads both rotary bases in their old and their new place", () => {
    const scaling = { rope_type: "linear", factor: 8 };
    const old = { rope_theta: 5e5, rope_local_base_freq: 2e4, rope_scaling: scaling };
    const parameters = {
      full_attention: { ...scaling, rope_theta: 5e5 },
      sliding_attention: { rope_type: "default", rope_theta: 2e4 },
    };
    for (const changes of [old, { rope_parameters: parameters }]) {
      const { rotary, slidingWindow } = readJson(gemma3, { ...json, ...changes });
      expect(rotary).toMatchObject({ theta: 5e5, scaling: { kind: "linear", factor: 8 } });
      expect(slidingWindow?.rotary).toMatchObject({ theta: 2e4, scaling: { kind: "none" } });
    }
  });

  test("reads scale, cap and period", () => {
    const config = readJson(gemma3, {
      ...json,
      query_pre_attn_scalar: 64,
      final_logit_softcapping: 30,
      sliding_window_pattern: 2,
    });
    expect(config).toMatchObject({ attentionScale: 1 / 8, logitCap: 30 });
    expect(config.slidingWindow?.layers).toEqual([true, false, true, false, true, false, true]);
  });

  test.each<[string, Record<string, unknown>]>([
    ["attn_logit_softcapping", { attn_logit_softcapping: 50 }],
    ["use_bidirectional_attention", { use_bidirectional_attention: true }],
    ["hidden_activation", { hidden_activation: "silu" }],
    ["query_pre_attn_scalar", { query_pre_attn_scalar: 0 }],
  ])("names %s as the field that is wrong", (field, changes) => {
    expect(() => readJson(gemma3, { ...json, ...changes })).toThrow(
      expect.objectContaining({ code: "bad-config", message: expect.stringContaining(field) }),
    );
  });
});

describe("gemma3.gguf.readConfig", () => {
  const metadata = {
    ...gatedMetadata("gemma3"),
    "gemma3.block_count": 7,
    "gemma3.attention.sliding_window": 16,
    "gemma3.rope.freq_base": 1e6,
    "gemma3.rope.scaling.type": "linear",
    "gemma3.rope.scaling.factor": 8,
  };

  test("scales the rotation of the layers that see everything, and of them alone", () => {
    const { rotary, slidingWindow, attentionScale } = readMetadata(gemma3, metadata);
    expect(rotary).toMatchObject({ theta: 1e6, layout: "half", scaling: { factor: 8 } });
    expect(slidingWindow).toEqual({
      size: 16,
      layers: pattern,
      rotary: { theta: 1e4, dimensions: 4, layout: "half", scaling: { kind: "none" } },
    });
    expect(attentionScale).toBe(0.5);
  });

  test("divides by another width in the model of 62 layers", () => {
    const large = { ...metadata, "gemma3.block_count": 62, "gemma3.attention.key_length": 16 };
    expect(readMetadata(gemma3, large).attentionScale).toBe(0.5);
  });
});

describe("gemma3.expectedTensors", () => {
  test("adds the one to norms that Hugging Face leaves out, and not to those of GGUF", () => {
    const tensors = gemma3.expectedTensors(readJson(gemma3, json));
    expect(tensors).toHaveLength(7 * 13 + 2);
    expect(tensors.filter(({ huggingFace }) => huggingFace.lessOne)).toHaveLength(7 * 6 + 1);
    expect(tensors.some(({ gguf }) => gguf.lessOne)).toBe(false);
    expect(tensors).toContainEqual({
      name: "model.layers.3.pre_feedforward_layernorm.weight",
      shape: [8],
      huggingFace: { name: "model.layers.3.pre_feedforward_layernorm.weight", lessOne: true },
      gguf: { name: "blk.3.ffn_norm.weight" },
    });
  });
});
