import type { DecodeSequence } from "./decode-sequence.ts";
import { expectWhole, format } from "./expect-number.ts";
import type { ResolvedOptions } from "./resolve-options.ts";
import { SiftError } from "./sift-error.ts";

const words = 4; // slot, first visible key, context length, rank

function expectPlace(where: string, sequence: DecodeSequence, options: ResolvedOptions): void {
  const { slot, contextLength, firstKey = 0 } = sequence;
  const place = (name: string) => ({ code: "invalid-step", where: `${where}: ${name}` }) as const;
  expectWhole(place("slot"), slot, 0, options.slots - 1);
  expectWhole(place("contextLength"), contextLength, 1, options.capacity);
  expectWhole(place("firstKey"), firstKey, 0, contextLength - 1);
}

function expectTau(where: string, quantile: unknown): asserts quantile is number {
  if (typeof quantile === "number" && quantile >= 0 && quantile <= 1) return;
  throw new SiftError(
    "invalid-step",
    `${where}: quantile: expected a number in [0, 1], got ${format(quantile)}`,
  );
}

function expectOneRank(where: string, { keptKeys, quantile }: DecodeSequence): void {
  if (keptKeys === undefined || quantile === undefined) return;
  throw new SiftError(
    "invalid-step",
    `${where}: expected keptKeys or quantile, got both; pack one buffer for each`,
  );
}

/** Keys that the quantile is taken of: visible and not exempt. */
function countedKeys(visible: number, { keepFirst, keepLast }: ResolvedOptions): number {
  return Math.max(0, visible - keepFirst - keepLast);
}

/** k of top-k, or the quantile's index among the counted keys in ascending order; all keys when neither is asked for. */
function rankOf(where: string, sequence: DecodeSequence, options: ResolvedOptions): number {
  const { contextLength, firstKey = 0, keptKeys, quantile } = sequence;
  expectOneRank(where, sequence);
  const visible = contextLength - firstKey;
  if (quantile !== undefined) {
    expectTau(where, quantile);
    const counted = countedKeys(visible, options);
    return Math.max(0, Math.min(counted - 1, Math.floor(quantile * counted)));
  }
  if (keptKeys === undefined) return visible;
  const place = { code: "invalid-step", where: `${where}: keptKeys` } as const;
  expectWhole(place, keptKeys, 1, Number.MAX_SAFE_INTEGER);
  return Math.min(keptKeys, visible);
}

/** The mean value belongs to a slot: two sequences of one slot would write one sum. */
function expectOwnSlots(sequences: readonly DecodeSequence[], options: ResolvedOptions): void {
  if (options.droppedMass !== "mean-value") return;
  const seen = new Map<number, number>();
  for (const [i, { slot }] of sequences.entries()) {
    const earlier = seen.get(slot);
    seen.set(slot, i);
    if (earlier === undefined) continue;
    throw new SiftError(
      "invalid-step",
      `sequences[${i}]: expected a slot of its own with droppedMass "mean-value", got ${slot}, which sequences[${earlier}] has`,
    );
  }
}

/**
 * The words that the `sequences` buffer holds: u32 [sequences.length, 4].
 * @throws SiftError "invalid-step" when a sequence cannot be, or there are none or more than the batch.
 */
export function packSequences(
  options: ResolvedOptions,
  sequences: readonly DecodeSequence[],
): Uint32Array<ArrayBuffer> {
  const place = { code: "invalid-step", where: "sequences" } as const;
  expectWhole(place, sequences.length, 1, options.batch);
  expectOwnSlots(sequences, options);
  const packed = new Uint32Array(sequences.length * words);
  for (const [i, sequence] of sequences.entries()) {
    const where = `sequences[${i}]`;
    expectPlace(where, sequence, options);
    const { slot, firstKey = 0, contextLength } = sequence;
    packed.set([slot, firstKey, contextLength, rankOf(where, sequence, options)], i * words);
  }
  return packed;
}
