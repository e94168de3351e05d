import { openGpu } from "@sift-attention/gpu";
import {
  createKeptSet,
  decodeAttention,
  differingKeys,
  type KeptSet,
  keepKey,
} from "@sift-attention/reference-attention";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { planTopKCuts } from "./plan-select.ts";
import { scoreRules, scoresOf } from "./score-cases.fixture.ts";
import { planFor, type ScoredSequence, SelectRig } from "./select-rig.fixture.ts";

const gpu = await openTestGpu(openGpu);
const capacity = 4100;

async function rigFor(
  queryHeads: number,
  kvHeads: number,
  subgroupSize: 0 | 4 = 4,
): Promise<SelectRig> {
  const geometry = { queryHeads, kvHeads, headDim: 64 };
  const plan = planFor(gpu, { geometry, kvType: "f32", slots: 3, capacity }, subgroupSize);
  return SelectRig.create(gpu, plan, planTopKCuts(plan));
}

/** What the reference keeps: attention over one-dimensional keys that are the scores. */
function referenceSet(scores: Float32Array, k: number): KeptSet {
  return decodeAttention({
    geometry: { queryHeads: 1, kvHeads: 1, headDim: 1 },
    contextLength: scores.length,
    query: [1],
    keys: scores,
    values: scores,
    rule: { kind: "top-k", k },
  }).keptSet;
}

/** Scores as whole numbers of the same order; −0 is 0. */
function rankOf(score: number): number {
  const bits = new Uint32Array(Float32Array.of(score + 0).buffer)[0]!;
  return (bits >>> 31 ? ~bits : bits | 0x80000000) >>> 0;
}

/** What a reader of the cut keeps. */
function keptBy(scores: Float32Array, [rank, last]: readonly [number, number]): KeptSet {
  const set = createKeptSet(1, scores.length);
  for (const [key, score] of scores.entries()) {
    const own = rankOf(score);
    if (own > rank || (own === rank && key <= last)) keepKey(set, 0, key);
  }
  return set;
}

async function cutsOf(rig: SelectRig, step: readonly ScoredSequence[]): Promise<Uint32Array> {
  rig.load(step);
  rig.run(step);
  return gpu.read(rig.buffers.cuts!) as Promise<Uint32Array>;
}

/** Keys that the cuts decide otherwise than the reference: `sequence/head/key`. */
function wrongKeys(cuts: Uint32Array, step: readonly ScoredSequence[]): readonly string[] {
  return step.flatMap(({ sequence, scores }, z) =>
    scores.flatMap((own, head) => {
      const at = (z * scores.length + head) * 2;
      const got = keptBy(own, [cuts[at]!, cuts[at + 1]!]);
      return differingKeys(referenceSet(own, sequence.keptKeys!), got).map(
        ({ key }) => `${z}/${head}/${key}`,
      );
    }),
  );
}

function stepOf(
  heads: number,
  sequences: readonly { readonly keys: number; readonly k: number; readonly firstKey?: number }[],
  names: readonly string[],
): readonly ScoredSequence[] {
  return sequences.map(({ keys, k, firstKey = 0 }, z) => ({
    sequence: { slot: z, contextLength: firstKey + keys, firstKey, keptKeys: k },
    scores: Array.from({ length: heads }, (_, head) =>
      scoresOf(scoreRules[names[(head + z) % names.length]!]!, keys),
    ),
  }));
}

const names = Object.keys(scoreRules);
const rigs = {
  grouped: await rigFor(12, 3),
  plain: await rigFor(12, 3, 0),
};

describe.each(Object.entries(rigs))("top-k cuts, %s", (_, rig) => {
  test.each([1, 2, 3, 255, 256, 257, 1025, 4099])(
    "keep the k heaviest of %i keys, the lower index among equals",
    async (keys) => {
      for (const k of new Set([1, 2, keys >> 3, keys - 1, keys, keys + 5])) {
        if (k < 1) continue;
        const step = stepOf(12, [{ keys, k }], names);
        expect(wrongKeys(await cutsOf(rig, step), step)).toEqual([]);
      }
    },
  );

  test("are each sequence's own, whatever the others' lengths and first visible keys", async () => {
    const sequences = [
      { keys: 700, k: 87, firstKey: 33 },
      { keys: 4099, k: 512 },
      { keys: 5, k: 2, firstKey: 4000 },
    ];
    const step = stepOf(12, sequences, names);
    expect(wrongKeys(await cutsOf(rig, step), step)).toEqual([]);
    const fewer = stepOf(12, sequences.slice(1), names);
    expect(wrongKeys(await cutsOf(rig, fewer), fewer)).toEqual([]);
  });

  test("are the same bits at every run, and leave the histogram at zero", async () => {
    const step = stepOf(12, [{ keys: 4099, k: 300 }], names);
    const once = await cutsOf(rig, step);
    rig.run(step);
    rig.run(step);
    expect(await gpu.read(rig.buffers.cuts!)).toEqual(once);
    const histograms = await gpu.read(rig.buffers.histograms!);
    expect(histograms.some((count) => count !== 0)).toBe(false);
  });

  test("are seen to be wrong when one score of one key moves", async () => {
    const step = stepOf(12, [{ keys: 1025, k: 100 }], ["normal"]);
    const cuts = await cutsOf(rig, step);
    const own = step[0]!.scores[7]!;
    const lightest = own.indexOf(Math.min(...own));
    own[lightest] = 1e3;
    expect(wrongKeys(cuts, step).length).toBeGreaterThan(0);
  });
});

describe("top-k cuts", () => {
  test.each([
    [1, 1],
    [3, 1],
    [7, 1],
    [12, 1],
  ])("hold with %i query heads over %i KV heads", async (queryHeads, kvHeads) => {
    const rig = await rigFor(queryHeads, kvHeads);
    for (const keys of [1, 300, 1025]) {
      const step = stepOf(queryHeads, [{ keys, k: 1 + (keys >> 2) }], names);
      expect(wrongKeys(await cutsOf(rig, step), step)).toEqual([]);
    }
  });
});
