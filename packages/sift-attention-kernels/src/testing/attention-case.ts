import { decodeF16Array, encodeF16Array } from "@sift-attention/tensor";
import type { DecodeSequence } from "../decode-sequence.ts";
import { headBlocks } from "../plan/head-blocks.ts";
import { type QuantisedRows, quantiseRows } from "../quantise/quantise-rows.ts";
import type { ResolvedOptions } from "../resolve-options.ts";

/** The numbers of one step. Rows that no sequence sees are NaN: a kernel that reads one shows it. */
export interface AttentionCase {
  readonly options: ResolvedOptions;
  readonly sequences: readonly DecodeSequence[];
  /** [sequences, queryHeads, headDim]. */
  readonly queries: Float32Array<ArrayBuffer>;
  /** [slots, kvHeads, capacity, headDim], of numbers that the KV type holds: whole numbers times their scales, exactly. */
  readonly keys: Float32Array | Float64Array;
  readonly values: Float32Array | Float64Array;
  /** Of `kvType: "i8"`: what the cache holds. */
  readonly quantised?: { readonly keys: QuantisedRows; readonly values: QuantisedRows };
}

/** First row of a slot's KV head in the cache. */
export function firstRow(
  { geometry, capacity }: ResolvedOptions,
  slot: number,
  kvHead: number,
): number {
  return (slot * geometry.kvHeads + kvHead) * capacity;
}

function fillCache(
  options: ResolvedOptions,
  sequences: readonly DecodeSequence[],
  draw: () => number,
): Float32Array {
  const { geometry, slots, capacity, kvType } = options;
  const { kvHeads, headDim } = geometry;
  const cache = new Float32Array(slots * kvHeads * capacity * headDim).fill(Number.NaN);
  for (const { slot, firstKey = 0, contextLength } of sequences) {
    for (let kvHead = 0; kvHead < kvHeads; kvHead++) {
      const row = firstRow(options, slot, kvHead);
      for (let i = (row + firstKey) * headDim; i < (row + contextLength) * headDim; i++) {
        cache[i] = draw();
      }
    }
  }
  return kvType === "f16" ? decodeF16Array(encodeF16Array(cache)) : cache;
}

/** A cache in whole numbers; rows that no sequence sees have a scale of NaN. */
function quantised(cache: Float32Array, { geometry }: ResolvedOptions): QuantisedRows {
  const { headDim } = geometry;
  const { numbers, scales } = quantiseRows(
    cache.map((x) => (Number.isNaN(x) ? 0 : x)),
    headDim,
  );
  return { numbers, scales: scales.map((scale, r) => scale + 0 * cache[r * headDim]!) };
}

/** What the numbers stand for. */
export function dequantised({ numbers, scales }: QuantisedRows): Float64Array {
  const rowLength = numbers.length / scales.length;
  return Float64Array.from(numbers, (x, i) => x * scales[Math.floor(i / rowLength)]!);
}

/** The heads of a group lean the same way, so that they share some of the keys that they keep, as in a model. */
function createQueries(
  { geometry }: ResolvedOptions,
  count: number,
  draw: () => number,
): Float32Array<ArrayBuffer> {
  const { kvHeads, headDim } = geometry;
  const { groupSize } = headBlocks(geometry);
  const heads = Array.from({ length: count * kvHeads }, () => {
    const lean = Array.from({ length: headDim }, draw);
    return Array.from({ length: groupSize }, () => lean.map((x) => x + draw()));
  });
  return Float32Array.from(heads.flat(2));
}

/**
 * A step over sequences of random numbers.
 * @param draw Standard normal numbers.
 */
export function createCase(
  options: ResolvedOptions,
  sequences: readonly DecodeSequence[],
  draw: () => number,
): AttentionCase {
  const queries = createQueries(options, sequences.length, draw);
  const keys = fillCache(options, sequences, draw);
  const values = fillCache(options, sequences, draw);
  if (options.kvType !== "i8") return { options, sequences, queries, keys, values };
  const rows = { keys: quantised(keys, options), values: quantised(values, options) };
  const stored = { keys: dequantised(rows.keys), values: dequantised(rows.values) };
  return { options, sequences, queries, ...stored, quantised: rows };
}
