import { openGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AttentionCase } from "./testing/attention-case.ts";
import type { AttentionRig } from "./testing/attention-rig.ts";
import { checkSampled, checkSampledAt } from "./testing/check-sampled.ts";
import { casesOf, checkFullCases, createRig, type Shape } from "./testing/check-shape.ts";
import { judgeSequence } from "./testing/judge-step.ts";

const gpu = await openTestGpu(openGpu);

const shapes: readonly (readonly [name: string, shape: Shape])[] = [
  [
    "groups of two, exempt keys, mean value",
    {
      geometry: { queryHeads: 4, kvHeads: 2, headDim: 32 },
      kvType: "f32",
      keepFirst: 2,
      keepLast: 3,
      droppedMass: "mean-value",
      normaliser: "sampled",
    },
  ],
  [
    "whole numbers, a group of three, 40 dimensions, renormalised, without subgroups",
    {
      geometry: { queryHeads: 3, kvHeads: 1, headDim: 40 },
      kvType: "i8",
      droppedMass: "renormalise",
      normaliser: "sampled",
      variant: { subgroupSize: 0 },
    },
  ],
];

/** A case in which one key, of those that no sample meets, is far heavier than all others of its KV head. */
function withHeavyKey(each: AttentionCase, z: number, key: number): AttentionCase {
  const { queryHeads, kvHeads, headDim } = each.options.geometry;
  const keys = Float32Array.from(each.keys);
  const row = each.sequences[z]!.slot * kvHeads * each.options.capacity + key;
  const query = each.queries.subarray(z * queryHeads * headDim, (z * queryHeads + 1) * headDim);
  for (const [dim, x] of query.entries()) keys[row * headDim + dim] = 20 * x;
  return { ...each, keys };
}

describe.each(shapes)("a one-pass SiftAttention: %s", (_, shape) => {
  let rig: AttentionRig;
  beforeAll(async () => {
    rig = await createRig(gpu, shape);
  }, 120_000); // compiling takes its time in software
  afterAll(() => rig[Symbol.dispose]());

  test("recordSifted keeps the oracle's keys by the estimate, and tells it", async () => {
    const complaints: string[] = [];
    for (const each of casesOf(rig)) {
      for (const fraction of [0, 0.25, 0.75]) {
        complaints.push(...(await checkSampled(rig, each, fraction)).complaints);
      }
      for (const logThreshold of [50, Number.NEGATIVE_INFINITY, Number.NaN]) {
        const heads = Array<number>(shape.geometry.queryHeads).fill(logThreshold);
        const thresholds = each.sequences.map(() => heads);
        complaints.push(...(await checkSampledAt(rig, each, thresholds)).complaints);
      }
    }
    expect(complaints).toEqual([]);
  });

  test("recordFull is the oracle's full attention within rounding", async () => {
    expect(await checkFullCases(rig)).toEqual([]);
  });

  test("gives the same bits again, and other keys at another threshold, which the checks notice", async () => {
    const [, , each] = casesOf(rig);
    const few = await checkSampled(rig, each!, 0.25);
    const again = await checkSampled(rig, each!, 0.25);
    expect(again.result).toEqual(few.result);
    const many = await checkSampled(rig, each!, 0.5);
    const planted = judgeSequence(each!.options, 1, few.judgements[1]!, many.result);
    expect(planted).toContainEqual(expect.stringContaining("kept"));
    expect(planted).toContainEqual(expect.stringContaining("output"));
  });

  // The oracle knows rows of whole numbers as they were quantised; one that is put in afterwards is none.
  if (shape.kvType === "i8") return;

  test("stays right when a key that the sample misses is heavier than f32's exponentials reach", async () => {
    const [, , each] = casesOf(rig);
    for (const key of [99, 100, 256]) {
      const heavy = withHeavyKey(each!, 2, key);
      expect((await checkSampled(rig, heavy, 0.25)).complaints).toEqual([]);
      const every = each!.sequences.map(() => Array(4).fill(Number.NEGATIVE_INFINITY));
      const checked = await checkSampledAt(rig, heavy, every);
      expect(checked.complaints).toEqual([]);
      expect(checked.judgements[2]!.oracle.logSumExp[0]).toBeGreaterThan(100);
    }
  });
});
