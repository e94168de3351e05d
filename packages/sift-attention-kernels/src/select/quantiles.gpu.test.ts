import { openGpu } from "@sift-attention/gpu";
import {
  type DecodeResult,
  decodeAttention,
  logWeightQuantiles,
  type Precision,
  roundingBound,
} from "@sift-attention/reference-attention";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { planQuantiles } from "./plan-select.ts";
import { scoreRules, scoresOf } from "./score-cases.fixture.ts";
import { planFor, type ScoredSequence, SelectRig } from "./select-rig.fixture.ts";

const gpu = await openTestGpu(openGpu);
const capacity = 1100;
const heads = 6;
const exempt = { keepFirst: 2, keepLast: 3 };

async function rigFor(kept: typeof exempt, subgroupSize: 0 | 4): Promise<SelectRig> {
  const geometry = { queryHeads: heads, kvHeads: 2, headDim: 64 };
  const options = { geometry, kvType: "f32", slots: 2, capacity, ...kept } as const;
  const plan = planFor(gpu, options, subgroupSize);
  return SelectRig.create(gpu, plan, planQuantiles(plan));
}

/** Attention over one-dimensional keys that are the scores. */
function reference(scores: Float32Array, precision: Precision): DecodeResult {
  return decodeAttention({
    geometry: { queryHeads: 1, kvHeads: 1, headDim: 1 },
    contextLength: scores.length,
    query: [1],
    keys: scores,
    values: scores,
    precision,
  });
}

async function quantilesOf(rig: SelectRig, step: readonly ScoredSequence[]): Promise<Float32Array> {
  rig.load(step);
  rig.run(step);
  const words = (await gpu.read(rig.buffers.quantiles!)) as Uint32Array<ArrayBuffer>;
  return new Float32Array(words.buffer, words.byteOffset, words.length);
}

/** Heads whose quantile lies further from the reference than rounding can put it. */
function wrongHeads(
  got: Float32Array,
  step: readonly ScoredSequence[],
  kept: typeof exempt,
): readonly string[] {
  return step.flatMap(({ sequence, scores }, z) => {
    const quantile = sequence.quantile!;
    return scores.flatMap((own, head) => {
      const value = got[z * heads + head]!;
      const [expected] = logWeightQuantiles(reference(own, "f64"), { quantile, ...kept });
      const [rounded] = logWeightQuantiles(reference(own, "f32"), { quantile, ...kept });
      if (Number.isNaN(expected) && Number.isNaN(value)) return [];
      const bound = roundingBound([expected!], [rounded!]);
      const isNear = Math.abs(value - expected!) <= bound;
      return isNear ? [] : [`${z}/${head}: ${value} for ${expected}, bound ${bound}`];
    });
  });
}

function stepOf(
  sequences: readonly {
    readonly keys: number;
    readonly quantile: number;
    readonly firstKey?: number;
  }[],
  names: readonly string[],
): readonly ScoredSequence[] {
  return sequences.map(({ keys, quantile, firstKey = 0 }, z) => ({
    sequence: { slot: z, contextLength: firstKey + keys, firstKey, quantile },
    scores: Array.from({ length: heads }, (_, head) =>
      scoresOf(scoreRules[names[(head + z) % names.length]!]!, keys),
    ),
  }));
}

const names = Object.keys(scoreRules);
const rigs = [
  ["with subgroups", exempt, await rigFor(exempt, 4)],
  [
    "without subgroups or exempt keys",
    { keepFirst: 0, keepLast: 0 },
    await rigFor({ keepFirst: 0, keepLast: 0 }, 0),
  ],
] as const;

describe.each(rigs)("quantiles, %s", (_, kept, rig) => {
  test.each([1, 5, 6, 7, 255, 256, 257, 1025])(
    "of %i keys are the reference's, exempt keys left out",
    async (keys) => {
      for (const quantile of [0, 0.5, 0.875, 1]) {
        for (const from of [0, 4]) {
          const step = stepOf([{ keys, quantile }], names.slice(from));
          expect(wrongHeads(await quantilesOf(rig, step), step, kept)).toEqual([]);
        }
      }
    },
  );

  test("are each sequence's own", async () => {
    const step = stepOf(
      [
        { keys: 700, quantile: 0.125, firstKey: 400 },
        { keys: 33, quantile: 0.9 },
      ],
      names,
    );
    expect(wrongHeads(await quantilesOf(rig, step), step, kept)).toEqual([]);
  });

  test("are the same bits at every run", async () => {
    const step = stepOf([{ keys: 1025, quantile: 0.875 }], names);
    const once = await quantilesOf(rig, step);
    expect(await quantilesOf(rig, step)).toEqual(once);
  });

  test("are seen to be wrong one key beside", async () => {
    const step = stepOf([{ keys: 257, quantile: 0.5 }], ["ascending"]);
    const got = await quantilesOf(rig, step);
    const beside = stepOf([{ keys: 257, quantile: 0.5 + 1 / 250 }], ["ascending"]);
    expect(wrongHeads(got, beside, kept)).toHaveLength(heads);
  });
});
