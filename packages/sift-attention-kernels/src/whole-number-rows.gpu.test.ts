import { openGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AttentionRig } from "./testing/attention-rig.ts";
import { checkFullCases, checkSiftedCases, createRig, type Shape } from "./testing/check-shape.ts";

const gpu = await openTestGpu(openGpu);

/** Rows of 16-byte words; sampled-steps.gpu.test.ts has 8-byte words, idle lanes and no subgroups. */
const shapes: readonly (readonly [name: string, shape: Shape])[] = [
  [
    "groups of three, 64 dimensions, exempt keys, mean value",
    {
      geometry: { queryHeads: 6, kvHeads: 2, headDim: 64 },
      kvType: "i8",
      keepFirst: 2,
      keepLast: 3,
      droppedMass: "mean-value",
    },
  ],
];

describe.each(shapes)("a SiftAttention over rows of whole numbers: %s", (_, shape) => {
  let rig: AttentionRig;
  beforeAll(async () => {
    rig = await createRig(gpu, shape);
  });
  afterAll(() => rig[Symbol.dispose]());

  test("recordFull is the oracle's full attention within rounding", async () => {
    expect(await checkFullCases(rig)).toEqual([]);
  });

  test("recordSifted keeps the oracle's keys, and is within rounding of it", async () => {
    expect(await checkSiftedCases(rig)).toEqual([]);
  });
});
