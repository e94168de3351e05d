import { openGpu, validateShader } from "@sift-attention/gpu";
import { afterAll, describe, expect, test } from "vitest";
import { type PrefillDevice, planPrefill, prefillBytes, queriesOf } from "./plan-prefill.ts";
import { prefillConstants, prefillKernel } from "./prefill-kernel.ts";
import type { PrefillOptions } from "./prefill-options.ts";

const gpu = await openGpu({ backend: "null", experimental: true });
afterAll(() => gpu.dispose());

const headDims = [32, 40, 64, 80, 96, 112, 128, 192, 256];
const subgroupSizes = [0, 4, 8, 32];
const limits = [16384, 32768, 49152];
const largeDevice = { subgroupSize: 32, workgroupBytes: 49152, workgroupInvocations: 1024 };

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
      const knobs = planPrefill(options, { ...largeDevice, subgroupSize, workgroupBytes });
      expect(prefillBytes(headDim, knobs, subgroupSize)).toBeLessThanOrEqual(workgroupBytes);
      for (const kvType of ["f16", "f32", "i8"] as const) {
        const spec = prefillKernel({ ...options, kvType }, subgroupSize);
        expect(await validateShader(gpu, spec, prefillConstants(options, knobs))).toEqual([]);
      }
    },
  );

  test("keeps a query in registers where lanes are enough", () => {
    const slots = headDims.map((headDim) => planPrefill(optionsOf(headDim), largeDevice));
    expect(slots.map(({ lanes }) => lanes)).toEqual([2, 4, 4, 8, 8, 8, 8, 16, 16]);
    expect(slots.every(({ rows }) => rows === 4)).toBe(true);
  });

  test("divides the keys of a tile where few heads would leave a large device empty", () => {
    const few = planPrefill(optionsOf(64, 2), largeDevice);
    const many = planPrefill(optionsOf(64, 128), largeDevice);
    expect([few.keyGroups, queriesOf(few)]).toEqual([8, 32]);
    expect([many.keyGroups, queriesOf(many)]).toEqual([1, 256]);
  });

  test("has the invocations and keys that were fastest, as far as the device has room", () => {
    const chosen = (device: PrefillDevice) => {
      const { workgroup, keys, keyGroups, tile } = planPrefill(optionsOf(128, 32), device);
      return [workgroup, keys, keyGroups, tile];
    };
    expect(chosen(largeDevice)).toEqual([256, 8, 2, 32]);
    expect(chosen({ ...largeDevice, workgroupInvocations: 128 })).toEqual([128, 8, 1, 32]);
    expect(chosen({ ...largeDevice, workgroupBytes: 16384 })).toEqual([256, 8, 1, 8]);
    expect(chosen({ ...largeDevice, subgroupSize: 0 })).toEqual([128, 4, 1, 32]);
  });

  test("tells of knobs that no workgroup memory holds", () => {
    const options = { ...optionsOf(256), knobs: { tile: 64 } };
    const device = { ...largeDevice, workgroupBytes: 16384 };
    expect(() => planPrefill(options, device)).toThrow(
      "prefill: headDim 256: expected keys that fit 16384 bytes",
    );
  });
});
