import { openGpu } from "@sift-attention/gpu";
import { roundingBound } from "@sift-attention/reference-attention";
import { createNormal, createRandom } from "@sift-attention/testing/random";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { createSiftAttention } from "../create-sift-attention.ts";
import type { DecodeSequence } from "../decode-sequence.ts";
import type { KvType } from "../sift-attention-options.ts";
import { type AttentionCase, createCase } from "../testing/attention-case.ts";
import { AttentionRig, stepOf } from "../testing/attention-rig.ts";
import { oracleCall } from "../testing/oracle-call.ts";

const gpu = await openTestGpu(openGpu);
const capacity = 1100;

async function rigFor(kvType: KvType, group: number, headDim: number): Promise<AttentionRig> {
  const geometry = { queryHeads: 2 * group, kvHeads: 2, headDim };
  const options = { geometry, kvType, slots: 3, capacity, droppedMass: "mean-value" } as const;
  const attention = await createSiftAttention(gpu, { ...options, topK: false, quantiles: false });
  return new AttentionRig(gpu, attention);
}

function caseOf(rig: AttentionRig, sequences: readonly DecodeSequence[]): AttentionCase {
  return createCase(rig.attention.options, sequences, createNormal(createRandom(5)));
}

/** Σ of the visible values of a sequence: [kvHeads, headDim], each sum rounded by `round`. */
function sumsOf(each: AttentionCase, z: number, round: (x: number) => number): Float64Array {
  const { kvHeads, headDim } = each.options.geometry;
  const { values, contextLength: visible } = oracleCall(each, z);
  return Float64Array.from({ length: kvHeads * headDim }, (_, i) => {
    const start = Math.floor(i / headDim) * visible * headDim + (i % headDim);
    let sum = 0;
    for (let row = 0; row < visible; row++) sum = round(sum + values[start + row * headDim]!);
    return sum;
  });
}

/** Sequences whose sums lie further from the oracle's than rounding can put them. */
function wrongSequences(got: Float32Array, each: AttentionCase): readonly number[] {
  return [...each.sequences.entries()].flatMap(([z, { slot }]) => {
    const oracle = sumsOf(each, z, (x) => x);
    const bound = roundingBound(oracle, sumsOf(each, z, Math.fround));
    const own = got.subarray(slot * oracle.length, (slot + 1) * oracle.length);
    return own.every((sum, i) => Math.abs(sum - oracle[i]!) <= bound) ? [] : [z];
  });
}

async function runAll(rig: AttentionRig, each: AttentionCase): Promise<Float32Array> {
  rig.load(each);
  const step = { ...stepOf(each), rows: "all" } as const;
  const { valueSums } = await rig.run((attention, pass, binding) => {
    attention.recordValueSums(pass, binding, step);
  });
  return valueSums;
}

/** Sequences of n keys in the middle of three slots, the outer two of other lengths. */
function sequencesOf(keys: number): readonly DecodeSequence[] {
  return [
    { slot: 2, contextLength: 60, firstKey: 57 },
    { slot: 0, contextLength: keys },
    { slot: 1, contextLength: keys + 30, firstKey: 30 },
  ];
}

describe.each([
  ["f32", 1, 40],
  ["f16", 3, 128],
] as const)(
  "value sums of %s, %i query heads per KV head, %i dimensions",
  async (kvType, group, headDim) => {
    const rig = await rigFor(kvType, group, headDim);

    test.each([1, 2, 255, 256, 257, 1025])("of %i rows are the oracle's", async (keys) => {
      const each = caseOf(rig, sequencesOf(keys));
      expect(wrongSequences(await runAll(rig, each), each)).toEqual([]);
    });

    test("are the same bits at every run", async () => {
      const each = caseOf(rig, sequencesOf(1025));
      const once = await runAll(rig, each);
      rig.write("valueSums", new Float32Array(once.length));
      expect(await runAll(rig, each)).toEqual(once);
    });

    test("are seen to be wrong when one value is lost", async () => {
      const each = caseOf(rig, sequencesOf(1025));
      const got = await runAll(rig, each);
      const values = each.values.slice();
      values[rig.attention.options.capacity * headDim - 80 * headDim] = 0; // row 1020 of slot 0
      expect(wrongSequences(got, { ...each, values })).toEqual([1]);
    });

    test("follow a growing sequence and a sliding window one row at a time, from the first row on", async () => {
      const growing = (keys: number): readonly DecodeSequence[] => [
        { slot: 1, contextLength: keys },
        { slot: 0, contextLength: keys, firstKey: Math.max(0, keys - 9) },
      ];
      const whole = caseOf(
        rig,
        growing(24).map((sequence) => ({ ...sequence, firstKey: 0 })),
      );
      rig.load(whole);
      rig.write("valueSums", new Float32Array(6 * headDim).fill(77)); // what an earlier sequence left
      for (let keys = 1; keys <= 24; keys++) {
        const each = { ...whole, sequences: growing(keys) };
        rig.write("sequences", rig.attention.packSequences(each.sequences));
        const step = { ...stepOf(each), rows: "last" } as const;
        const { valueSums } = await rig.run((attention, pass, binding) => {
          attention.recordValueSums(pass, binding, step);
        });
        expect(wrongSequences(valueSums, each)).toEqual([]);
      }
    });
  },
);
