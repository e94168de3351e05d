import { openGpu, validateShader } from "@sift-attention/gpu";
import { afterAll, describe, expect, test } from "vitest";
import { planPrefill, prefillBytes, queriesOf } from "./plan-prefill.ts";
import { prefillConstants, prefillKernel } from "./prefill-kernel.ts";
import type { PrefillOptions } from "./prefill-options.ts";

const gpu = await openGpu({ backend: "null", experimental: true });
afterAll(() => gpu.dispose());

const headDims = [32, 40, 64, 80, 96, 112, 128, 192, 256];
const subgroupSizes = [0, 4, 8, 32];
const limits = [16384, 32768, 49152];

function optionsOf(headDim: number, queryHeads = 8): PrefillOptions {
  const geometry = { queryHeads, kvHeads: 2, headDim };
  return { geometry, kvType: "f16", slots: 1, capacity: 4096, maxRows: 512, scale: 0.1 };
}

const cases = headDims.flatMap((headDim) =>
  subgroupSizes.flatMap((subgroupSize) =>
    limits.map((workgroupBytes) => ({ headDim, subgroupSize, workgroupBytes })),
  ),
);

describe("planPrefill", () => {
  test.each(cases)(
    "fits heads of $headDim with subgroups of $subgroupSize into $workgroupBytes bytes",
    async ({ headDim, subgroupSize, workgroupBytes }) => {
      const options = optionsOf(headDim);
      const knobs = planPrefill(options, { subgroupSize, workgroupBytes });
      expect(prefillBytes(headDim, knobs, subgroupSize)).toBeLessThanOrEqual(workgroupBytes);
      for (const kvType of ["f16", "f32"] as const) {
        const spec = prefillKernel({ ...options, kvType }, subgroupSize);
        expect(await validateShader(gpu, spec, prefillConstants(options, knobs))).toEqual([]);
      }
    },
  );

  test("keeps a query in registers where lanes are enough", () => {
    const device = { subgroupSize: 32, workgroupBytes: 49152 };
    const slots = headDims.map((headDim) => planPrefill(optionsOf(headDim), device));
    expect(slots.map(({ lanes }) => lanes)).toEqual([2, 4, 4, 8, 8, 8, 8, 16, 16]);
    expect(slots.every(({ rows }) => rows === 4)).toBe(true);
  });

  test("divides the keys of a tile where few heads would leave a large device empty", () => {
    const device = { subgroupSize: 32, workgroupBytes: 49152 };
    const few = planPrefill(optionsOf(64, 2), device);
    const many = planPrefill(optionsOf(64, 64), device);
    expect([few.keyGroups, queriesOf(few)]).toEqual([8, 16]);
    expect([many.keyGroups, queriesOf(many)]).toEqual([1, 128]);
  });

  test("tells of knobs that no workgroup memory holds", () => {
    const options = { ...optionsOf(256), knobs: { tile: 64 } };
    const device = { subgroupSize: 32, workgroupBytes: 16384 };
    expect(() => planPrefill(options, device)).toThrow(
      "prefill: headDim 256: expected keys that fit 16384 bytes",
    );
  });
});
