import { openGpu } from "@sift-attention/gpu";
import { maxAbsDifference, roundingBound } from "@sift-attention/reference-attention";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { beforeAll, describe, expect, test } from "vitest";
import {
  floatBuffer,
  placesBuffer,
  runRows,
  unsetBuffer,
  wordBuffer,
} from "../row-places/row-rig.fixture.ts";
import { createPrefillAttention, type PrefillAttention } from "./prefill-attention.ts";
import {
  expectedOutput,
  type PrefillCase,
  type PrefillRows,
  prefillCase,
  runPrefill,
} from "./prefill-case.fixture.ts";
import type { PrefillOptions } from "./prefill-options.ts";

const gpu = await openTestGpu(openGpu);

const sizes = { slots: 2, capacity: 140, maxRows: 64, scale: 0.15 } as const;

function variant(
  kvType: PrefillOptions["kvType"],
  [queryHeads, kvHeads, headDim]: readonly [number, number, number],
  others: Partial<PrefillOptions>,
): PrefillOptions {
  return { ...sizes, kvType, geometry: { queryHeads, kvHeads, headDim }, ...others };
}

/** Tiles of 16 keys bring edges near; few rows and keys at a time compile soon. */
const variants: readonly (readonly [string, PrefillOptions])[] = [
  [
    "f16, groups of 3",
    variant("f16", [6, 2, 64], { knobs: { tile: 16, keyGroups: 4, keys: 2, workgroup: 128 } }),
  ],
  [
    "f16 without subgroups, heads of their own, a window of 10",
    variant("f16", [2, 2, 40], {
      subgroupSize: 0,
      window: 10,
      knobs: { tile: 16, keyGroups: 2, rows: 2, workgroup: 32 },
    }),
  ],
  [
    "f32, one KV head, a window of 50",
    variant("f32", [4, 1, 128], {
      window: 50,
      knobs: { tile: 16, keyGroups: 1, keys: 2, workgroup: 128 },
    }),
  ],
  [
    "f32 without subgroups, a row that its lanes do not divide",
    variant("f32", [2, 1, 72], {
      subgroupSize: 0,
      knobs: { tile: 16, keyGroups: 2, rows: 2, workgroup: 32 },
    }),
  ],
  [
    "i8, groups of 3, a window of 50",
    variant("i8", [6, 2, 40], {
      window: 50,
      knobs: { tile: 16, keyGroups: 2, keys: 2, rows: 2, workgroup: 32 },
    }),
  ],
  [
    "f32, several rows a lane",
    variant("f32", [4, 2, 32], { knobs: { tile: 16, keyGroups: 4, keys: 2, workgroup: 32 } }),
  ],
];

const places: readonly PrefillRows[] = [
  { rows: 1, firstPosition: 0, slot: 0 },
  { rows: 15, firstPosition: 0, slot: 1 },
  { rows: 16, firstPosition: 15, slot: 1 },
  { rows: 17, firstPosition: 16, slot: 0 },
  { rows: 33, firstPosition: 17, slot: 1 },
  { rows: 64, firstPosition: 76, slot: 1 }, // to the last row of the cache
];

function boundOf(each: PrefillCase): number {
  return roundingBound(expectedOutput(each, "f64"), expectedOutput(each, "f32"));
}

describe.each(variants)("createPrefillAttention, %s", (_, options) => {
  let attention: PrefillAttention;
  beforeAll(async () => {
    attention = await createPrefillAttention(gpu, options);
  });

  test.each(places)("attends $rows rows from position $firstPosition on", async (rows) => {
    const each = prefillCase(options, rows);
    const got = await runPrefill(gpu, attention, each);
    expect(maxAbsDifference(got, expectedOutput(each, "f64"))).toBeLessThanOrEqual(boundOf(each));
  });

  test("is seen to be wrong when the oldest key of one row is lost", async () => {
    const each = prefillCase(options, { rows: 17, firstPosition: 16, slot: 0 });
    const got = await runPrefill(gpu, attention, each);
    const window = Math.min(options.window ?? 33, 33) - 1;
    const wrong = expectedOutput({ ...each, options: { ...options, window } }, "f64");
    expect(maxAbsDifference(got, wrong)).toBeGreaterThan(boundOf(each));
  });

  test("gives the same bits at every run", async () => {
    const each = prefillCase(options, { rows: 33, firstPosition: 17, slot: 1 });
    const once = await runPrefill(gpu, attention, each);
    expect(await runPrefill(gpu, attention, each)).toEqual(once);
  });
});

describe("createPrefillAttention", () => {
  const options: PrefillOptions = {
    ...sizes,
    kvType: "f32",
    geometry: { queryHeads: 1, kvHeads: 1, headDim: 8 },
    knobs: { workgroup: 32, rows: 1, keys: 1, tile: 4 },
  };

  test("leaves rows beyond the step's as they were", async () => {
    const attention = await createPrefillAttention(gpu, options);
    const cache = new Float32Array(sizes.slots * sizes.capacity * 8).fill(1);
    using queries = floatBuffer(gpu, new Float32Array(10 * 8));
    using keys = floatBuffer(gpu, cache);
    using out = unsetBuffer(gpu, 10 * 8);
    using packed = placesBuffer(
      gpu,
      Array.from({ length: 3 }, (_, position) => ({ slot: 0, position })),
    );
    using roomy = wordBuffer(gpu, new Uint32Array(10 * 4));
    gpu.write(roomy, await gpu.read(packed));
    runRows(gpu, attention.bind({ queries, keys, values: keys, places: roomy, out }), 3);
    const written = await gpu.read(out);
    expect([...written.subarray(0, 24)]).toEqual(new Array(24).fill(1));
    expect(written.subarray(24).every(Number.isNaN)).toBe(true);
  });

  test.each([
    [{ geometry: { queryHeads: 1, kvHeads: 1, headDim: 12 } }, "headDim: expected a multiple of 8"],
    [{ geometry: { queryHeads: 1, kvHeads: 1, headDim: 264 } }, "up to 256, got 264"],
    [{ window: 0 }, "window: expected a whole number of at least 1, got 0"],
    [{ scale: Number.NaN }, "scale: expected a finite number"],
    [{ maxRows: 0 }, "maxRows: expected a whole number of at least 1, got 0"],
  ])("refuses %o", async (wrong, message) => {
    const refused = createPrefillAttention(gpu, { ...options, ...wrong });
    await expect(refused).rejects.toMatchObject({
      name: "ModelError",
      code: "bad-option",
      message: expect.stringContaining(message),
    });
  });

  test("refuses a cache of fewer slots, and more rows than its buffers hold", async () => {
    const attention = await createPrefillAttention(gpu, options);
    using queries = floatBuffer(gpu, new Float32Array(2 * 8));
    using keys = floatBuffer(gpu, new Float32Array(sizes.slots * sizes.capacity * 8));
    using small = floatBuffer(gpu, new Float32Array(sizes.capacity * 8));
    using packed = wordBuffer(gpu, new Uint32Array(2 * 4));
    using out = unsetBuffer(gpu, 3 * 8);
    const bind = (values: typeof keys) =>
      attention.bind({ queries, keys, values, places: packed, out });
    expect(() => bind(small)).toThrow("values: expected at least 8960 bytes, got 4480");
    expect(() => runRows(gpu, bind(keys), 3)).toThrow("rows: expected 1 to 2");
    expect(() => runRows(gpu, bind(keys), 0)).toThrow("rows: expected 1 to 2");
  });
});
