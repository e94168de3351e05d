import { openGpu } from "@sift-attention/gpu";
import { maxAbsDifference, roundingBound } from "@sift-attention/reference-attention";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { formats, memoryTensor } from "../../gpu-weights/stored-tensor.fixture.ts";
import { TENSOR_BLOCKS } from "../../weights/tensor-format.ts";
import { createLinear } from "./create-linear.ts";
import {
  type CaseOptions,
  type LinearCase,
  linearCase,
  multiply,
  openCase,
} from "./linear-case.fixture.ts";

const gpu = await openTestGpu(openGpu);

/** Holds calls of these numbers of rows to the rounding bound; rows beyond them must stay. */
async function expectHonest(linear: LinearCase, rowCounts: readonly number[]): Promise<void> {
  using opened = await openCase(gpu, linear);
  for (const rows of rowCounts) {
    const oracle = multiply(linear, rows, (value) => value);
    const bound = roundingBound(oracle, multiply(linear, rows, Math.fround));
    const out = await opened.run(rows);
    const count = rows * linear.outputs;
    expect(maxAbsDifference(out.subarray(0, count), oracle), `${rows} rows`).toBeLessThanOrEqual(
      bound,
    );
    expect(out.subarray(count)).toEqual(linear.before.subarray(count));
  }
}

const small = { format: "f32", inputs: 64, outputs: 6, maxRows: 2 } satisfies CaseOptions;

describe("createLinear", () => {
  test.each(formats)("multiplies few rows with %s", async (format) => {
    const inputs = 3 * Math.max(32, TENSOR_BLOCKS[format].numbers);
    await expectHonest(linearCase({ format, inputs, outputs: 11, maxRows: 3 }), [1, 3]);
  });

  test("multiplies many rows, in several tiles", async () => {
    await expectHonest(
      linearCase({ format: "f16", inputs: 96, outputs: 70, maxRows: 67 }),
      [7, 17, 67],
    );
  });

  test.each([
    [1, 1],
    [3, 5],
    [20, 66],
  ])("multiplies any number of inputs and outputs: %d, %d", async (inputs, outputs) => {
    await expectHonest(linearCase({ format: "f16", inputs, outputs, maxRows: 2 }), [1, 2]);
  });

  test.each([
    ["rms", "write", 96, 2],
    ["rms", "silu-gate", 256, 35],
    ["layer", "gelu", 96, 2],
    ["layer", "write", 30, 35],
  ] as const)("takes the %s norm of x first, output %s", async (norm, output, inputs, maxRows) => {
    const format = output === "silu-gate" ? "q4_k" : "f16";
    await expectHonest(linearCase({ format, inputs, outputs: 10, maxRows, norm, output }), [
      1,
      maxRows,
    ]);
  });

  test.each(["add", "silu", "gelu", "gelu-gate"] as const)("makes output %s", async (output) => {
    await expectHonest(linearCase({ ...small, output, bias: output === "silu" }), [1, 2]);
  });

  test("adds a bias, and multiplies parts of several formats", async () => {
    const linear = linearCase({ format: "f16", inputs: 64, outputs: 40, maxRows: 5, bias: true });
    const tensors = [memoryTensor("q4_0", 24, 64, 1), memoryTensor("bf16", 16, 64, 2)];
    await expectHonest({ ...linear, tensors }, [1, 5]);
  });

  test("would show one weight left out", async () => {
    const linear = linearCase({ ...small, format: "q4_1" });
    const bound = roundingBound(
      multiply(linear, 2, (v) => v),
      multiply(linear, 2, Math.fround),
    );
    const [tensor] = linear.tensors;
    const numbers = tensor!.numbers.slice();
    numbers[70] = 0;
    using opened = await openCase(gpu, linear);
    const wrong = multiply({ ...linear, tensors: [{ ...tensor!, numbers }] }, 2, (v) => v);
    expect(maxAbsDifference(await opened.run(2), wrong)).toBeGreaterThan(bound);
  });

  test("gives equal bits each time, and the same row in any company", async () => {
    const linear = linearCase({ format: "q8_0", inputs: 64, outputs: 9, maxRows: 8, norm: "rms" });
    using opened = await openCase(gpu, linear);
    const all = await opened.run(8);
    expect(await opened.run(8)).toEqual(all);
    expect((await opened.run(5)).subarray(0, 45)).toEqual(all.subarray(0, 45));
  });

  test("writes a column range of a wider output", async () => {
    const linear = linearCase({ ...small, maxRows: 1 });
    using opened = await openCase(gpu, linear);
    const weight = opened.shape.weight as never;
    const kernel = await createLinear(gpu, { ...opened.shape, outPitch: 10, firstOutput: 3 });
    const shape = [10];
    using x = gpu.createBuffer({
      label: "x",
      dtype: "f32",
      shape: [64],
      usage: "storage",
      data: linear.x,
    });
    using out = gpu.createBuffer({ label: "out", dtype: "f32", shape, usage: "storage" });
    const bound = kernel.bind({ x, weight, out });
    gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      bound.record(pass, 1);
      pass.end();
    });
    const plain = await opened.run(1);
    expect([...(await gpu.read(out))]).toEqual([0, 0, 0, ...plain, 0]);
  });

  test("refuses shapes, buffers and rows that do not fit", async () => {
    const linear = linearCase(small);
    using opened = await openCase(gpu, linear);
    const { shape } = opened;
    for (const [wrong, message] of [
      [{ output: "silu-gate" }, /weight: expected interleaved rows/],
      [{ maxRows: 0 }, /maxRows/],
      [{ outPitch: 5 }, /outPitch: expected a whole number of at least 6/],
      [{ norm: { kind: "rms", epsilon: Number.NaN } }, /epsilon/],
    ] as const) {
      await expect(createLinear(gpu, { ...shape, ...wrong })).rejects.toThrow(message);
    }
    const weight = shape.weight as never;
    const kernel = await createLinear(gpu, shape);
    using x = gpu.createBuffer({ label: "x", dtype: "f32", shape: [2, 64], usage: "storage" });
    using out = gpu.createBuffer({ label: "out", dtype: "f32", shape: [2, 5], usage: "storage" });
    expect(() => kernel.bind({ x, weight, out })).toThrow(
      /out: expected at least 48 bytes, got 40/,
    );
    expect(() => kernel.bind({ x, weight, out: x, bias: out })).toThrow(/bias: expected none/);
    const other = { ...(weight as object), rows: 7 } as never;
    expect(() => kernel.bind({ x, weight: other, out })).toThrow(/weight: expected \[6, 64\]/);
    await expect(opened.run(3)).rejects.toThrow(/rows: expected 1 to 2, got 3/);
    await expect(opened.run(0)).rejects.toThrow(/rows/);
  });

  test("compiles equal shapes once", async () => {
    const spy = { count: 0 };
    const { device } = gpu;
    const original = device.createComputePipelineAsync.bind(device);
    device.createComputePipelineAsync = (descriptor) => {
      spy.count++;
      return original(descriptor);
    };
    const shape = { ...small, outputs: 5 };
    using first = await openCase(gpu, linearCase(shape));
    const { count } = spy;
    using second = await openCase(gpu, linearCase(shape));
    expect(count).toBeGreaterThan(0);
    expect(spy.count).toBe(count);
    expect(await second.run(1)).toEqual(await first.run(1));
    device.createComputePipelineAsync = original;
  });
});
