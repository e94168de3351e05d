import type { Gpu } from "@sift-attention/gpu";
import { createNormal, createRandom } from "@sift-attention/testing/random";
import { createSiftAttention } from "../create-sift-attention.ts";
import type { DecodeSequence } from "../decode-sequence.ts";
import type { SiftAttentionOptions } from "../sift-attention-options.ts";
import { type AttentionCase, createCase } from "./attention-case.ts";
import { AttentionRig } from "./attention-rig.ts";
import { checkFull, checkSifted, checkSiftedAt } from "./check-step.ts";

/** A geometry with the options that a test wants beside. */
export type Shape = Pick<SiftAttentionOptions, "geometry" | "kvType"> &
  Partial<SiftAttentionOptions>;

/** Context lengths of the steps of a shape, three sequences each: around the tile, its double, and the whole capacity. */
export const stepLengths: readonly (readonly number[])[] = [
  [1, 2, 3],
  [63, 64, 65],
  [128, 129, 257],
  [300, 31, 8],
];

const capacity = 300;
const slots = 4;

/** Sequences in slots that are not their row of the batch; the second one sees a window. */
function sequencesOf(lengths: readonly number[]): readonly DecodeSequence[] {
  return lengths.map((contextLength, z) => ({
    slot: (z + 1) % slots,
    contextLength,
    firstKey: z === 1 ? contextLength >> 2 : 0,
  }));
}

/** A rig for a shape: four slots of 300 rows, steps of up to three sequences. */
export async function createRig(gpu: Gpu, shape: Shape): Promise<AttentionRig> {
  const sizes = { slots, capacity, batch: 3, topK: false, quantiles: false, denseBelow: 0 };
  return new AttentionRig(gpu, await createSiftAttention(gpu, { ...sizes, ...shape }));
}

/** The cases of a rig: the same numbers at every call. */
export function casesOf({ attention }: AttentionRig, seed = 7): readonly AttentionCase[] {
  const draw = createNormal(createRandom(seed));
  return stepLengths.map((lengths) => createCase(attention.options, sequencesOf(lengths), draw));
}

function labelled(label: string, { sequences }: AttentionCase, complaints: readonly string[]) {
  const lengths = sequences.map(({ contextLength }) => contextLength).join(", ");
  return complaints.map((complaint) => `${label} at ${lengths}: ${complaint}`);
}

/** Full attention over all cases: what is wrong with it. */
export async function checkFullCases(rig: AttentionRig): Promise<readonly string[]> {
  const complaints: string[] = [];
  for (const each of casesOf(rig)) {
    complaints.push(...labelled("full", each, (await checkFull(rig, each)).complaints));
  }
  return complaints;
}

/** Sifting over all cases, from one survivor to all, none, and every key by −∞ or NaN: what is wrong with it. */
export async function checkSiftedCases(rig: AttentionRig): Promise<readonly string[]> {
  const complaints: string[] = [];
  const { queryHeads } = rig.attention.options.geometry;
  for (const each of casesOf(rig)) {
    for (const fraction of [0, 0.25, 0.75]) {
      const checked = await checkSifted(rig, each, fraction);
      complaints.push(...labelled(`sifted to ${fraction}`, each, checked.complaints));
    }
    for (const logThreshold of [1, Number.NEGATIVE_INFINITY, Number.NaN]) {
      const heads = Array<number>(queryHeads).fill(logThreshold);
      const thresholds = each.sequences.map(() => heads);
      const checked = await checkSiftedAt(rig, each, thresholds);
      complaints.push(...labelled(`sifted at ${logThreshold}`, each, checked.complaints));
    }
  }
  return complaints;
}
