import { type GpuBuffer, openGpu, wrapGpu } from "@sift-attention/gpu";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSiftAttention } from "./create-sift-attention.ts";
import type { DecodeBuffers } from "./decode-buffers.ts";
import type { DecodeBinding, SiftAttention } from "./sift-attention.ts";
import type { SiftAttentionOptions } from "./sift-attention-options.ts";
import { createBuffers, type RigBuffers } from "./testing/attention-rig.ts";

// Compiles in no time and checks every call; what the steps compute is tested elsewhere.
const gpu = await openGpu({ backend: "null" });
const options: SiftAttentionOptions = {
  geometry: { queryHeads: 2, kvHeads: 2, headDim: 32 },
  kvType: "f16",
  slots: 3,
  capacity: 70,
  batch: 2,
  topK: false,
  quantiles: false,
  denseBelow: 0,
  variant: { subgroupSize: 0 }, // what is known of subgroups comes from running a kernel
};

let attention: SiftAttention;
let buffers: RigBuffers;
let binding: DecodeBinding;
beforeAll(async () => {
  attention = await createSiftAttention(gpu, options);
  buffers = createBuffers(gpu, attention);
  binding = attention.bind(buffers);
});
afterAll(() => {
  attention.dispose();
  gpu.dispose();
});

const step = { sequences: 2, longestContext: 70 };

/** A pass that counts what is encoded. */
function countingPass(): { readonly pass: GPUComputePassEncoder; calls: () => number } {
  let count = 0;
  const counted = () => {
    count++;
  };
  const pass = { setPipeline: counted, setBindGroup: counted, dispatchWorkgroups: counted };
  return { pass: pass as unknown as GPUComputePassEncoder, calls: () => count };
}

function refusalOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("createSiftAttention", () => {
  test("tells its options, variant, plan and the bytes of its workspace", async () => {
    const before = gpu.memory.liveBytes;
    const other = await createSiftAttention(gpu, { ...options, denseBelow: 12 });
    expect(other.options).toMatchObject({ batch: 2, scale: 1 / Math.sqrt(32) });
    expect(other.plan.denseBelow).toBe(12);
    expect(other.variant).toEqual(other.plan.variant);
    expect(other.workspaceBytes).toBeGreaterThan(2 * 2 * 70 * 4);
    expect(gpu.memory.liveBytes).toBe(before + other.workspaceBytes);
    other.dispose();
    other.dispose();
    expect(gpu.memory.liveBytes).toBe(before);
  });

  test("refuses what cannot be before it makes anything", async () => {
    const before = gpu.memory.buffers;
    await expect(createSiftAttention(gpu, { ...options, slots: 0 })).rejects.toMatchObject({
      code: "invalid-option",
    });
    await expect(createSiftAttention(gpu, { ...options, capacity: 2 ** 40 })).rejects.toMatchObject(
      { code: "over-limit" },
    );
    const tuning = { ...attention.tuning, version: 3 as 1 };
    await expect(createSiftAttention(gpu, { ...options, tuning })).rejects.toMatchObject({
      code: "invalid-option",
      message: expect.stringMatching(/^tuning: version/),
    });
    expect(gpu.memory.buffers).toBe(before);
  });

  test("takes its own tuning back from JSON", async () => {
    const tuning = JSON.parse(JSON.stringify(attention.tuning));
    const other = await createSiftAttention(gpu, { ...options, tuning });
    expect(other.plan).toEqual(attention.plan);
    other.dispose();
  });
});

describe("bind", () => {
  function bindWith(changed: Readonly<Record<string, unknown>>): unknown {
    return refusalOf(() => attention.bind({ ...buffers, ...changed } as DecodeBuffers));
  }

  function makeBuffer(dtype: "f32" | "f16" | "u32", count: number): GpuBuffer {
    return gpu.createBuffer({ label: "other", dtype, shape: [count], usage: "storage" });
  }

  test("takes bare buffers, parts of larger ones, and buffers larger than need be", () => {
    const bytes = buffers.output.byteLength;
    const usage = 0x80 | 0x4 | 0x8;
    const large = gpu.device.createBuffer({ size: 4096 + bytes, usage });
    const output = { buffer: large, offset: 4096 };
    expect(bindWith({ output })).toBeUndefined();
    expect(bindWith({ output: large, queries: buffers.queries.raw })).toBeUndefined();
    large.destroy();
  });

  test("takes only the buffers that the calls to come need", () => {
    const { logThresholds: _, valueSums: __, quantiles: ___, ...needed } = buffers;
    expect(refusalOf(() => attention.bind(needed))).toBeUndefined();
  });

  test.each<[string, () => Record<string, unknown>, RegExp]>([
    [
      "nothing",
      () => ({ keys: undefined }),
      /^bind: keys: expected f16 \[3, 2, 70, 32\], got none/,
    ],
    ["a number", () => ({ keys: 3 }), /^bind: keys: .* got 3/],
    [
      "an unknown field",
      () => ({ scores: buffers.keys }),
      /^bind: scores: expected one of queries/,
    ],
    [
      "too few bytes",
      () => ({ output: makeBuffer("f32", 16) }),
      /^bind: output: expected 512 bytes/,
    ],
    ["another data type", () => ({ keys: makeBuffer("f32", 2 ** 14) }), /^bind: keys: .* got f32/],
    [
      "a part that is too short",
      () => ({ output: { buffer: makeBuffer("f32", 999), size: 508 } }),
      /^bind: output: .* got 508 bytes/,
    ],
    [
      "an offset that is not aligned",
      () => ({ output: { buffer: makeBuffer("f32", 999), offset: 4 } }),
      /^bind: output: expected an offset that is a multiple of \d+, got 4/,
    ],
    [
      "no offset at all",
      () => ({ output: { buffer: makeBuffer("f32", 999), offset: Number.NaN } }),
      /got NaN/,
    ],
    [
      "another usage",
      () => ({ queries: gpu.device.createBuffer({ size: 4096, usage: 0x40 }) }),
      /^bind: queries: expected a buffer of usage STORAGE, got flags 0x40/,
    ],
    [
      "a written buffer twice",
      () => ({ queries: buffers.output }),
      /^bind: output: expected bytes of its own, got bytes that queries has/,
    ],
  ])("refuses %s", (_, changed, message) => {
    expect(bindWith(changed())).toMatchObject({
      name: "SiftError",
      code: "invalid-buffer",
      message: expect.stringMatching(message),
    });
  });

  test("refuses a disposed buffer", () => {
    const output = makeBuffer("f32", 999);
    output.dispose();
    expect(bindWith({ output })).toMatchObject({ code: "invalid-buffer" });
  });

  test("refuses to do without the scales of whole numbers and the estimates of a one-pass sift", async () => {
    const whole = await createSiftAttention(gpu, { ...options, kvType: "i8" });
    const wholeBuffers = createBuffers(gpu, whole);
    expect(refusalOf(() => whole.bind(wholeBuffers))).toBeUndefined();
    const { keyScales: _, ...withoutScales } = wholeBuffers;
    expect(refusalOf(() => whole.bind(withoutScales))).toMatchObject({
      code: "invalid-buffer",
      message: expect.stringMatching(/^bind: keyScales: expected f32 \[3, 2, 70\], got none/),
    });
    expect(
      refusalOf(() => attention.bind({ ...buffers, keyScales: buffers.output })),
    ).toMatchObject({
      message: expect.stringMatching(/^bind: keyScales: expected one of queries/),
    });
    whole.dispose();
    const sampled = await createSiftAttention(gpu, { ...options, normaliser: "sampled" });
    expect(refusalOf(() => sampled.bind(buffers))).toMatchObject({
      message: expect.stringMatching(/^bind: estimates: expected f32 \[2, 2\], got none/),
    });
    sampled.dispose();
  });

  test("refuses to do without value sums where the mean value is put back", async () => {
    const other = await createSiftAttention(gpu, { ...options, droppedMass: "mean-value" });
    const { valueSums: _, ...without } = buffers;
    expect(refusalOf(() => other.bind(without))).toMatchObject({
      code: "invalid-buffer",
      message: expect.stringMatching(/^bind: valueSums: expected f32 \[3, 2, 32\], got none/),
    });
    other.dispose();
  });
});

describe("record", () => {
  test.each([
    [{ sequences: 3, longestContext: 70 }, /sequences: .* 1 to 2, got 3/],
    [{ sequences: 0, longestContext: 70 }, /sequences/],
    [{ sequences: Number.NaN, longestContext: 70 }, /sequences/],
    [{ sequences: 2, longestContext: 71 }, /longestContext: .* 1 to 70, got 71/],
    [{ sequences: 2, longestContext: 0 }, /longestContext/],
    [{ sequences: 1, longestContext: 1.5 }, /longestContext/],
  ])("refuses the step %o and encodes nothing", (wrong, message) => {
    const { pass, calls } = countingPass();
    for (const name of ["recordFull", "recordSifted", "recordScores"] as const) {
      expect(refusalOf(() => attention[name](pass, binding, wrong))).toMatchObject({
        code: "invalid-step",
        message: expect.stringMatching(message),
      });
    }
    expect(calls()).toBe(0);
  });

  test("refuses a binding of another SiftAttention", async () => {
    const other = await createSiftAttention(gpu, options);
    const { pass, calls } = countingPass();
    for (const foreign of [other.bind(buffers), { buffers } as DecodeBinding, undefined]) {
      expect(
        refusalOf(() => attention.recordFull(pass, foreign as DecodeBinding, step)),
      ).toMatchObject({ code: "invalid-buffer", message: expect.stringMatching(/^binding: /) });
    }
    expect(calls()).toBe(0);
    other.dispose();
  });

  test("refuses sifting without thresholds, and names them", () => {
    const { logThresholds: _, ...without } = buffers;
    const { pass, calls } = countingPass();
    const bare = attention.bind(without);
    expect(refusalOf(() => attention.recordSifted(pass, bare, step))).toMatchObject({
      code: "invalid-buffer",
      message: expect.stringContaining("logThresholds"),
    });
    expect(calls()).toBe(0);
    attention.recordFull(pass, bare, step);
    expect(calls()).toBeGreaterThan(0);
  });

  test("refuses what was not compiled", () => {
    const { pass } = countingPass();
    expect(refusalOf(() => attention.recordTopK(pass, binding, step))).toMatchObject({
      code: "invalid-step",
      message: expect.stringContaining("topK: true"),
    });
    expect(refusalOf(() => attention.recordQuantiles(pass, binding, step))).toMatchObject({
      code: "invalid-step",
      message: expect.stringContaining("quantiles: true"),
    });
  });

  test("encodes the dispatches of a step and makes nothing", () => {
    const { memory, device } = gpu;
    const { buffers: count } = memory;
    const { pass, calls } = countingPass();
    const { createBindGroup } = device;
    device.createBindGroup = () => {
      throw new Error("a bind group was made");
    };
    attention.recordSifted(pass, binding, step);
    attention.recordSifted(pass, binding, { sequences: 1, longestContext: 3 });
    device.createBindGroup = createBindGroup;
    expect(calls()).toBe(2 * 3 * 3);
    expect(memory.buffers).toBe(count);
  });
});

describe("the end", () => {
  test("a disposed SiftAttention refuses to go on, and leaves the device alone", async () => {
    const other = await createSiftAttention(gpu, options);
    const bound = other.bind(buffers);
    other.dispose();
    const { pass, calls } = countingPass();
    expect(refusalOf(() => other.recordFull(pass, bound, step))).toMatchObject({
      code: "disposed",
    });
    expect(refusalOf(() => other.bind(buffers))).toMatchObject({ code: "disposed" });
    expect(calls()).toBe(0);
    await gpu.settled();
  });

  test("a lost device is told before anything is encoded", async () => {
    const opened = await openGpu({ backend: "null" });
    const lost = wrapGpu(opened.device);
    const other = await createSiftAttention(lost, options);
    const own = createBuffers(lost, other);
    const bound = other.bind(own);
    opened.device.destroy();
    await lost.lost;
    const { pass, calls } = countingPass();
    expect(refusalOf(() => other.recordFull(pass, bound, step))).toMatchObject({
      name: "SiftError",
      code: "device-lost",
    });
    expect(refusalOf(() => other.bind(own))).toMatchObject({ code: "device-lost" });
    await expect(createSiftAttention(lost, options)).rejects.toMatchObject({
      name: "SiftError",
      code: "device-lost",
    });
    expect(calls()).toBe(0);
    other.dispose();
  });
});
