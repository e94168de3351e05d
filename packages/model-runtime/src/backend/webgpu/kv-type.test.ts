import { describe, expect, test } from "vitest";
import { rowScaleBytes, scalePitch } from "../../gpu-ops/row-scales/row-scales.ts";
import type { AttentionBlueprint, DecoderBlueprint } from "../../layers/decoder-blueprint.ts";
import { expectKvType, type KvDevice, kvTypeOf } from "./kv-type.ts";
import { kvBytesPerToken } from "./slot-cache.ts";

const norm = { weight: "norm", epsilon: 1e-6 };

function layersOf(queryNorm?: typeof norm): Pick<DecoderBlueprint, "layers"> {
  const attention = { ...(queryNorm && { queryNorm }) } as unknown as AttentionBlueprint;
  return { layers: [{ attention }] as unknown as DecoderBlueprint["layers"] };
}

const device: KvDevice = {
  storageBuffers: 8,
  languageFeatures: new Set(["packed_4x8_integer_dot_product"]),
};

describe("expectKvType", () => {
  test("takes a device of the guaranteed buffers for heads without norms", () => {
    expect(() => expectKvType("i8", layersOf(), device)).not.toThrow();
    const untold = { ...device, languageFeatures: undefined };
    expect(() => expectKvType("i8", layersOf(), untold)).not.toThrow();
  });

  test("refuses eight buffers for heads with norms, and takes them for other types", () => {
    expect(() => expectKvType("i8", layersOf(norm), device)).toThrow(
      expect.objectContaining({
        code: "no-backend",
        message:
          'webgpu: kvType "int8": expected a device of 9 storage buffers a shader, got 8; take kvType "f16"',
      }),
    );
    const nine = { ...device, storageBuffers: 9 };
    expect(() => expectKvType("i8", layersOf(norm), nine)).not.toThrow();
    expect(() => expectKvType("f16", layersOf(norm), device)).not.toThrow();
  });

  test("refuses WGSL without products of packed numbers", () => {
    const old = { ...device, languageFeatures: new Set<string>() };
    expect(() => expectKvType("i8", layersOf(), old)).toThrow("packed_4x8_integer_dot_product");
    expect(() => expectKvType("f32", layersOf(), old)).not.toThrow();
  });
});

test("kvTypeOf names the kernels' types", () => {
  expect([kvTypeOf(), kvTypeOf("f32"), kvTypeOf("int8")]).toEqual(["f16", "f32", "i8"]);
});

test("kvBytesPerToken counts a scale for each key and value row of eight bits", () => {
  const shape = { geometry: { queryHeads: 8, kvHeads: 2, headDim: 64 }, layers: 3 };
  expect(kvBytesPerToken({ ...shape, kvType: "f16" })).toBe(2 * 3 * 2 * 128);
  expect(kvBytesPerToken({ ...shape, kvType: "i8" })).toBe(2 * 3 * 2 * 68);
});

test("scalePitch leaves the scales of values where a buffer may be bound", () => {
  const rows = { geometry: { queryHeads: 8, kvHeads: 2, headDim: 64 }, slots: 3, capacity: 11 };
  expect(scalePitch(rows)).toBe(128);
  expect(rowScaleBytes(rows)).toBe(1024);
});
