// Where a block's intermediate results lie: `lines` query heads (rows × G) that share one KV head, and the keys that
// the last of its rows sees. Set by `useBlock` before anything else touches the block; each thread has its own copy of
// these variables.

import { SELECT_BYTES } from "./select-nth";

/** Keys whose value rows are summed by themselves before they join the rest; part of the order of additions. */
export const TILE: i32 = 128;

/** Scores, then weights: [lines, scoreStride / 4]. */
export let scores: usize = 0;
/** Bytes between lines of scores. */
export let scoreStride: usize = 0;
/** All ones where a key is kept by a head of the row, by a head of the block: [keys] each. */
export let rowFlags: usize = 0;
export let blockFlags: usize = 0;
/** Four times the index of each kept key, ascending; starts[t] says where tile t begins in it: [tiles + 1]. */
export let list: usize = 0;
export let starts: usize = 0;
/** Weights of one head, for order statistics: [keys]. */
export let spare: usize = 0;
export let bins: usize = 0;
/** f64 [lines, 2]: dropped mass and kept mass. */
export let masses: usize = 0;
/** [lines, headDim] each. */
export let queries: usize = 0;
export let outputs: usize = 0;
/** Sum of the values visible to the row at hand: [headDim]. */
export let valueSum: usize = 0;
/** Outputs of each tile by itself, when threads share a block: [tiles, lines, headDim]. */
export let partials: usize = 0;

// @ts-ignore: decorator
@inline
export function tilesOf(keys: i32): i32 {
  return (keys + TILE - 1) / TILE;
}

/** Lays a block out at `base`; returns its size in bytes. */
export function useBlock(base: usize, lines: i32, keys: i32, headDim: i32, partialTiles: i32): usize {
  const line = ((keys + 7) & ~3) << 2;
  const outBytes = ((lines * headDim + 3) & ~3) << 2;
  scoreStride = line;
  scores = base;
  rowFlags = scores + (lines as usize) * (line as usize);
  blockFlags = rowFlags + line;
  list = blockFlags + line;
  spare = list + line;
  starts = spare + line;
  bins = starts + (((tilesOf(keys) + 8) & ~3) << 2);
  masses = bins + SELECT_BYTES;
  queries = masses + ((lines as usize) << 4);
  outputs = queries + outBytes;
  valueSum = outputs + outBytes;
  partials = valueSum + (((headDim + 3) & ~3) << 2);
  return partials + (partialTiles as usize) * (outBytes as usize) - base;
}
