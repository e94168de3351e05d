import { describe, expect, test } from "vitest";
import { type Limits, resolveOptions } from "./resolve-options.ts";
import type { SiftAttentionOptions } from "./sift-attention-options.ts";

const limits: Limits = {
  maxStorageBufferBindingSize: 2 ** 20,
  maxBufferSize: 2 ** 28,
  maxComputeWorkgroupsPerDimension: 65535,
};
const options: SiftAttentionOptions = {
  geometry: { queryHeads: 8, kvHeads: 2, headDim: 64 },
  kvType: "f16",
  slots: 3,
  capacity: 100,
};

function refusalOf(changed: object): unknown {
  try {
    resolveOptions({ ...options, ...changed }, limits);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("resolveOptions", () => {
  test("fills in the defaults", () => {
    expect(resolveOptions(options, limits)).toEqual({
      ...options,
      batch: 3,
      scale: 0.125,
      keepFirst: 0,
      keepLast: 0,
      droppedMass: "none",
      normaliser: "exact",
      topK: true,
      quantiles: true,
    });
  });

  test("refuses the one-pass sift over whole numbers where too few buffers can be bound", () => {
    const wanted = { ...options, kvType: "i8", normaliser: "sampled" } as const;
    expect(refusalOf(wanted)).toMatchObject({
      code: "over-limit",
      message: expect.stringContaining("expected a device of 10 storage buffers a shader"),
    });
    const more = { ...limits, maxStorageBuffersPerShaderStage: 10 };
    expect(resolveOptions(wanted, more)).toMatchObject({ normaliser: "sampled" });
    expect(refusalOf({ normaliser: "guessed" })).toMatchObject({ code: "invalid-option" });
  });

  test("lets exempt keys beyond the capacity mean all of it", () => {
    const resolved = resolveOptions({ ...options, keepFirst: 2 ** 40, keepLast: 7 }, limits);
    expect(resolved).toMatchObject({ keepFirst: 100, keepLast: 7 });
  });

  test("takes every whole group of query heads, and the ends of the head dimensions", () => {
    for (const [queryHeads, kvHeads] of [
      [1, 1],
      [71, 1],
      [12, 12],
      [21, 7],
    ] as const) {
      for (const headDim of [32, 40, 256]) {
        const geometry = { queryHeads, kvHeads, headDim };
        expect(resolveOptions({ ...options, geometry, capacity: 8 }, limits).geometry).toEqual(
          geometry,
        );
      }
    }
  });

  test.each([
    [{ geometry: { queryHeads: 8, kvHeads: 3, headDim: 64 } }, /^geometry: queryHeads: /],
    [{ geometry: { queryHeads: 8, kvHeads: 0, headDim: 64 } }, /^geometry: kvHeads: /],
    [{ geometry: undefined }, /^geometry: /],
    [{ geometry: { queryHeads: 8, kvHeads: 2, headDim: 24 } }, /headDim: .* got 24; pad/],
    [{ geometry: { queryHeads: 8, kvHeads: 2, headDim: 264 } }, /headDim: .* got 264/],
    [{ geometry: { queryHeads: 8, kvHeads: 2, headDim: 60 } }, /headDim: .* got 60/],
    [{ kvType: "bf16" }, /^kvType: expected "f16" or "f32" or "i8", got "bf16"/],
    [{ slots: 0 }, /^slots: /],
    [{ slots: Number.NaN }, /^slots: .* got NaN/],
    [{ capacity: 1.5 }, /^capacity: /],
    [{ batch: 1.5 }, /^batch: expected a whole number, at least 1, got 1.5/],
    [{ batch: 0 }, /^batch: /],
    [{ scale: 0 }, /^scale: /],
    [{ scale: Number.NaN }, /^scale: /],
    [{ scale: 1e39 }, /^scale: /],
    [{ scale: 1e-50 }, /^scale: /],
    [{ keepFirst: -1 }, /^keepFirst: /],
    [{ keepLast: 0.5 }, /^keepLast: /],
    [{ droppedMass: "lost" }, /^droppedMass: expected "none" or "renormalise" or "mean-value"/],
    [{ denseBelow: -1 }, /^denseBelow: /],
    [{ topK: 1 }, /^topK: /],
    [{ quantiles: "yes" }, /^quantiles: /],
  ])("refuses %o", (changed, message) => {
    expect(refusalOf(changed)).toMatchObject({
      name: "SiftError",
      code: "invalid-option",
      message: expect.stringMatching(message),
    });
  });

  test("says the largest capacity whose keys fit one binding, and takes it", () => {
    const rowBytes = 3 * 2 * 64 * 2;
    const largest = Math.floor(2 ** 20 / rowBytes);
    expect(refusalOf({ capacity: largest + 1 })).toMatchObject({
      code: "over-limit",
      message: expect.stringContaining(`a capacity of at most ${largest}, or fewer slots`),
    });
    expect(refusalOf({ capacity: largest })).toBeUndefined();
  });

  test("says so when it is the scores that do not fit", () => {
    const geometry = { queryHeads: 64, kvHeads: 1, headDim: 32 };
    const largest = 2 ** 20 / (3 * 64 * 4);
    const scoresOnly = { topK: false, quantiles: false };
    expect(refusalOf({ geometry, ...scoresOnly, capacity: 2000 })).toMatchObject({
      code: "over-limit",
      message: expect.stringMatching(
        new RegExp(`the scores of 3 sequences .* at most ${Math.floor(largest)},`),
      ),
    });
  });

  test("counts what top-k and quantiles store beside the scores, where they are compiled", () => {
    const geometry = { queryHeads: 64, kvHeads: 1, headDim: 32 };
    const shape = { geometry, slots: 1 };
    const largest = 2 ** 20 / (64 * 4); // rows of scores
    const without = { topK: false, quantiles: false };
    expect(refusalOf({ ...shape, ...without, capacity: largest })).toBeUndefined();
    for (const one of [{ topK: true }, { quantiles: true }]) {
      const asked = { ...shape, ...without, ...one };
      expect(refusalOf({ ...asked, capacity: largest })).toMatchObject({
        code: "over-limit",
        message: expect.stringContaining(`a capacity of at most ${largest - 2}, or fewer slots`),
      });
      expect(refusalOf({ ...asked, capacity: largest - 2 })).toBeUndefined();
    }
  });

  test("refuses slots of which not one row fits", () => {
    expect(refusalOf({ slots: 2 ** 20, batch: 1, capacity: 1 })).toMatchObject({
      code: "over-limit",
      message: expect.stringMatching(/use fewer slots$/),
    });
  });

  test("refuses a batch that is no dispatch", () => {
    const geometry = { queryHeads: 1, kvHeads: 1, headDim: 32 };
    const wide = { geometry, slots: 70000, batch: 70000, capacity: 1 };
    expect(() =>
      resolveOptions({ ...options, ...wide }, { ...limits, maxStorageBufferBindingSize: 2 ** 31 }),
    ).toThrow(expect.objectContaining({ code: "over-limit" }));
  });
});
