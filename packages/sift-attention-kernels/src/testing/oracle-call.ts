import type { DecodeCall } from "@sift-attention/reference-attention";
import { type AttentionCase, firstRow } from "./attention-case.ts";
import { splitQueries } from "./split-queries.ts";

/** The visible rows of a sequence: [kvHeads, visible, headDim]. */
function visibleRows(
  { options, sequences }: AttentionCase,
  cache: Float32Array | Float64Array,
  z: number,
): Float32Array | Float64Array {
  const { kvHeads, headDim } = options.geometry;
  const { slot, firstKey = 0, contextLength } = sequences[z]!;
  const length = (contextLength - firstKey) * headDim;
  const rows = cache.slice(0, kvHeads * length);
  for (let kvHead = 0; kvHead < kvHeads; kvHead++) {
    const start = (firstRow(options, slot, kvHead) + firstKey) * headDim;
    rows.set(cache.subarray(start, start + length), kvHead * length);
  }
  return rows;
}

/** What the oracle is asked for sequence z: its visible keys are numbered from 0. */
export function oracleCall(attentionCase: AttentionCase, z: number): DecodeCall {
  const { options, sequences, queries, keys, values } = attentionCase;
  const { geometry, scale } = options;
  const { firstKey = 0, contextLength } = sequences[z]!;
  const width = geometry.queryHeads * geometry.headDim;
  return {
    geometry,
    contextLength: contextLength - firstKey,
    scale,
    query: queries.subarray(z * width, (z + 1) * width),
    keys: visibleRows(attentionCase, keys, z),
    values: visibleRows(attentionCase, values, z),
  };
}

/** What the float32 twin is asked: over rows of whole numbers the kernels' split queries, whose rounding counts. */
export function twinCall(attentionCase: AttentionCase, z: number): DecodeCall {
  const call = oracleCall(attentionCase, z);
  if (attentionCase.options.kvType !== "i8") return call;
  return { ...call, query: splitQueries(call.query, call.geometry.headDim) };
}

/** Σ of the visible values in float64, rounded: [slots, kvHeads, headDim]; NaN in slots that no sequence uses. */
export function visibleSums(attentionCase: AttentionCase): Float32Array<ArrayBuffer> {
  const { options, sequences } = attentionCase;
  const { slots, geometry } = options;
  const { kvHeads, headDim } = geometry;
  const sums = new Float32Array(slots * kvHeads * headDim).fill(Number.NaN);
  for (const [z, { slot }] of sequences.entries()) {
    const { values, contextLength: visible } = oracleCall(attentionCase, z);
    for (let i = 0; i < kvHeads * headDim; i++) {
      const start = Math.floor(i / headDim) * visible * headDim + (i % headDim);
      let sum = 0;
      for (let row = 0; row < visible; row++) sum += values[start + row * headDim]!;
      sums[slot * kvHeads * headDim + i] = sum;
    }
  }
  return sums;
}
