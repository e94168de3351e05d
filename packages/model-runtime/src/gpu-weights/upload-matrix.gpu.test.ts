import { createKernel, defineKernel, type Gpu, openGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { TENSOR_BLOCKS } from "../weights/tensor-format.ts";
import { type GpuMatrix, matrixBindings } from "./gpu-matrix.ts";
import { planMatrix } from "./matrix-layout.ts";
import { sliceBytes } from "./read-slices.ts";
import { formats, memoryTensor } from "./stored-tensor.fixture.ts";
import unpackText from "./unpack.fixture.wgsl";
import { uploadMatrix } from "./upload-matrix.ts";
import { uploadVector } from "./upload-vector.ts";
import { weightBindings, weightFiles } from "./weight-files.ts";

const gpu = await openTestGpu(openGpu);

/** The device, with other limits in its report. */
function withLimits(limits: Gpu["report"]["limits"]): Gpu {
  return new Proxy(gpu, {
    get(target, name) {
      if (name === "report") return { ...target.report, limits };
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The numbers of a matrix as shaders unpack them: [rows, columns]. */
async function unpacked(matrix: GpuMatrix): Promise<Float32Array> {
  const all = new Float32Array(matrix.rows * matrix.columns);
  for (const part of matrix.parts) {
    const spec = defineKernel({
      name: "unpack",
      files: [...weightFiles(part.format), { name: "unpack.fixture.wgsl", text: unpackText }],
      bindings: { ...weightBindings, numbers: "read-write" },
      constants: { COLUMNS: "u32", ROWS: "u32" },
    });
    const kernel = await createKernel(gpu, spec, { COLUMNS: matrix.columns, ROWS: part.rows });
    const shape = [part.rows, matrix.columns];
    using numbers = gpu.createBuffer({ label: "numbers", dtype: "f32", shape, usage: "storage" });
    const group = kernel.bind({ ...matrixBindings(part), numbers });
    gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      kernel.record(pass, group, [Math.ceil((part.rows * Math.ceil(matrix.columns / 8)) / 32)]);
      pass.end();
    });
    all.set(await gpu.read(numbers), part.firstRow * matrix.columns);
  }
  return all;
}

/** Largest |a − b| in steps of float32 at the largest number. */
function ulps(a: Float32Array, b: Float32Array): number {
  const largest = b.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const error = a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
  return error / (largest * 2 ** -23);
}

describe("uploadMatrix", () => {
  test.each(formats)("%s rows come back as unpackRow has them, padded rows too", async (format) => {
    const { numbers: block } = TENSOR_BLOCKS[format];
    for (const columns of block === 1 ? [8, 13] : [block, 3 * block]) {
      const tensor = memoryTensor(format, 5, columns);
      using matrix = await uploadMatrix(gpu, [tensor]);
      expect(ulps(await unpacked(matrix), tensor.numbers)).toBeLessThanOrEqual(1);
      expect(matrix.byteLength).toBe(
        matrix.parts.reduce((sum, { words, scales }) => {
          return sum + words.byteLength + (scales?.byteLength ?? 0);
        }, 0),
      );
    }
  });

  test("tensors of several formats are stacked in parts of one format each", async () => {
    const tensors = [
      memoryTensor("q4_0", 3, 64, 1),
      memoryTensor("q4_0", 2, 64, 2),
      memoryTensor("f16", 4, 64, 3),
    ];
    using matrix = await uploadMatrix(gpu, tensors);
    expect(matrix.parts).toMatchObject([
      { format: "q4_0", firstRow: 0, rows: 5 },
      { format: "f16", firstRow: 5, rows: 4 },
    ]);
    const expected = Float32Array.from(tensors.flatMap(({ numbers }) => [...numbers]));
    expect(ulps(await unpacked(matrix), expected)).toBeLessThanOrEqual(1);
  });

  test("rows of two tensors are interleaved", async () => {
    const [gate, up] = [memoryTensor("f32", 3, 8, 1), memoryTensor("f32", 3, 8, 2)];
    using matrix = await uploadMatrix(gpu, [gate, up], { order: "interleaved" });
    const rows = [0, 1, 2].flatMap((j) =>
      [gate, up].flatMap(({ numbers }) => [...numbers.subarray(8 * j, 8 * j + 8)]),
    );
    expect(await unpacked(matrix)).toEqual(Float32Array.from(rows));
  });

  test("a matrix larger than a binding or a slice is split by rows", async () => {
    const limits = { ...gpu.report.limits, maxStorageBufferBindingSize: 2 ** 21 };
    const tensor = memoryTensor("f32", 1500, 1024);
    expect(tensor.byteLength).toBeGreaterThan(sliceBytes);
    expect(planMatrix(limits, [tensor]).parts.map(({ rows }) => rows)).toEqual([512, 512, 476]);
    using matrix = await uploadMatrix(withLimits(limits), [tensor]);
    expect(matrix.parts).toHaveLength(3);
    expect(ulps(await unpacked(matrix), tensor.numbers)).toBe(0);
  });

  test("an abort or a failing file frees everything", async () => {
    const { liveBytes } = gpu.memory;
    const tensor = memoryTensor("q8_0", 4, 64);
    const aborted = uploadMatrix(gpu, [tensor], { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ name: "ModelError", code: "aborted" });
    const failing = { ...tensor, readRange: () => Promise.reject(new Error("torn")) };
    await expect(uploadMatrix(gpu, [failing])).rejects.toThrow("torn");
    await expect(uploadVector(gpu, [failing])).rejects.toThrow("torn");
    expect(gpu.memory.liveBytes).toBe(liveBytes);
  });
});

describe("uploadVector", () => {
  test("widens tensors of any format, one after the other", async () => {
    const tensors = [memoryTensor("bf16", 1, 5), { ...memoryTensor("f16", 1, 3), shape: [3] }];
    using vector = await uploadVector(gpu, tensors);
    const expected = Float32Array.from(tensors.flatMap(({ numbers }) => [...numbers]));
    expect(await gpu.read(vector)).toEqual(expected);
  });
});

describe("planMatrix", () => {
  const { limits } = gpu.report;
  test.each([
    [[memoryTensor("f32", 2, 8), memoryTensor("f32", 2, 16)], "stacked", /expected 8 columns/],
    [[memoryTensor("f32", 2, 8), memoryTensor("f16", 2, 8)], "interleaved", /one format and shape/],
    [[memoryTensor("f32", 2, 8)], "interleaved", /expected two tensors/],
    [[{ ...memoryTensor("q8_0", 2, 32), shape: [2, 48] }], "stacked", /multiple of 32 for q8_0/],
  ] as const)("refuses tensors that make no matrix", (tensors, order, message) => {
    expect(() => planMatrix(limits, tensors, order)).toThrow(message);
  });
});
