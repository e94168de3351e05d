import { createKernel, openGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { plainRead } from "./plain-read.ts";

const gpu = await openTestGpu(openGpu);
const [WORKGROUP, LOADS] = [32, 2];
const span = 4 * WORKGROUP * LOADS; // numbers of four bytes

const xor = (words: Uint32Array): number => words.reduce((fold, word) => fold ^ word, 0) >>> 0;

function words(count: number, seed: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => Math.imul(i + seed, 0x9e3779b1) >>> 0);
}

async function foldOf(numbers: number, BUFFERS: 1 | 2, asked: 0 | 1): Promise<number> {
  const kernel = await createKernel(gpu, plainRead, { WORKGROUP, LOADS, BUFFERS });
  const create = (label: string, data: Uint32Array) =>
    gpu.createBuffer({ label, dtype: "u32", shape: [data.length], usage: "storage", data });
  const first = create("first", words(numbers, 1));
  const second = create("second", words(numbers, 7));
  const fold = create("fold", Uint32Array.of(asked, 0));
  gpu.submit((encoder) => {
    const pass = encoder.beginComputePass();
    kernel.record(pass, kernel.bind({ first, second, fold }), [3]);
    pass.end();
  });
  const [, result] = await gpu.read(fold);
  for (const buffer of [first, second, fold]) buffer.dispose();
  return result!;
}

describe("plainRead", () => {
  test.each([4, span - 4, span, span + 4, 7 * span + 12])(
    "reads each of %d numbers once",
    async (numbers) => {
      expect(await foldOf(numbers, 1, 1)).toBe(xor(words(numbers, 1)));
      expect(await foldOf(numbers, 2, 1)).toBe(
        (xor(words(numbers, 1)) ^ xor(words(numbers, 7))) >>> 0,
      );
    },
  );

  test("writes nothing when it is timed", async () => {
    expect(await foldOf(span, 1, 0)).toBe(0);
  });
});
