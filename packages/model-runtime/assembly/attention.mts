// Attention of consecutive rows of one sequence, one KV head and block of rows at a time:
// scores of all lines (rows × G query heads) → weights and kept flags per line → list of the keys that any line keeps
// → sum of the value rows in the list → dropped mass put back.
//
// A row sees the last WINDOW keys. The keys of a block begin at a multiple of TILE below all that its rows see, so that
// the tiles of a row do not depend on its block; keys that a row does not see get weight 0.
//
// grid: several rows: blocks of rows × KV heads, each whole in the scratch of the thread that draws it. One row: every
// KV head is a block in memory that threads share, and scores, weights and values are jobs of their own, cut by keys.
// Both make every sum in the same order.

import * as block from "./attention-block";
import { scoreKeys } from "./attention-scores";
import { sumValues } from "./attention-values";
import * as line from "./attention-weights";
import { argument, number, scratch } from "./control";

// i32 arguments.
const QUERY: i32 = 0, KEYS: i32 = 1, VALUES: i32 = 2, VALUE_SUMS: i32 = 3, OUT: i32 = 4;
const ROWS: i32 = 5, FIRST_POSITION: i32 = 6, CAPACITY: i32 = 7;
const QUERY_HEADS: i32 = 8, KV_HEADS: i32 = 9, HEAD_DIM: i32 = 10;
/** f32 [rows, queryHeads] of ln θ, or 0 when number 2 holds for all. */
const THRESHOLDS: i32 = 11;
const KEEP_FIRST: i32 = 12, KEEP_LAST: i32 = 13;
/** i32 [rows] of keys to keep under top-k, or 0 under a threshold. */
const WANTED: i32 = 14;
/** 0 none, 1 renormalise, 2 mean-value. */
const DROPPED_MASS_RULE: i32 = 15;
/** f32 [rows, queryHeads], [rows, kvHeads], [rows, queryHeads], [rows, queryHeads] or 0. */
const KEPT: i32 = 16, UNION: i32 = 17, DROPPED_MASS: i32 = 18, QUANTILES: i32 = 19;
const BLOCK_ROWS: i32 = 20;
/** Sums of the values before each block: f32 [kvHeads, blocks, headDim]. */
const BLOCK_SUMS: i32 = 21;
/** One row: the blocks that threads share, and their distance. */
const SHARED_BLOCKS: i32 = 22, BLOCK_BYTES: i32 = 23;
/** First and last keys that the quantile leaves out. */
const EXEMPT_FIRST: i32 = 24, EXEMPT_LAST: i32 = 25;
/** Keys that a row sees at most; not more than there are. */
const WINDOW: i32 = 26;
/** Scores for a rule of the caller's to choose by, f32, and its choice, u8: [rows, queryHeads, CHOICE_KEYS], or 0. */
const CHOICE_SCORES: i32 = 27, CHOSEN: i32 = 28, CHOICE_KEYS: i32 = 29;
/** i32 [rows] of the row's index among the sampled ones or −1, or 0; f32 levels; how many; f32 [sampled, queryHeads, levels]. */
const SAMPLED_ROWS: i32 = 30, LEVELS: i32 = 31, LEVEL_COUNT: i32 = 32, SAMPLED: i32 = 33;
// f64 numbers.
const SCALE: i32 = 0, TAU: i32 = 1, LOG_THRESHOLD: i32 = 2;

/** Keys of one ticket when threads share a block. A multiple of TILE. */
export const KEY_SPAN: i32 = 512;

// @ts-ignore: decorator
@inline
function floats(address: i32, index: i32): usize {
  return (address as usize) + ((index as usize) << 2);
}

/** Row `position` of a KV head. */
function cacheOf(which: i32, kvHead: i32, position: i32): usize {
  const row = (kvHead as usize) * (argument(CAPACITY) as usize) + (position as usize);
  return (argument(which) as usize) + ((row * (argument(HEAD_DIM) as usize)) << 2);
}

/** The first key that row r sees. */
// @ts-ignore: decorator
@inline
function firstKeyOf(r: i32): i32 {
  return max(0, argument(FIRST_POSITION) + r + 1 - argument(WINDOW));
}

/** The first key of a block whose first row is r. */
// @ts-ignore: decorator
@inline
function blockStart(r: i32): i32 {
  return firstKeyOf(r) & ~(block.TILE - 1);
}

function groupSize(): i32 {
  return argument(QUERY_HEADS) / argument(KV_HEADS);
}

export function blockCount(): i32 {
  return (argument(ROWS) + argument(BLOCK_ROWS) - 1) / argument(BLOCK_ROWS);
}

/** Adds the values of row r to the sum of what the row before it sees, and takes away the row that left the window. */
function slideSum(sum: usize, kvHead: i32, r: i32): void {
  const headDim = argument(HEAD_DIM), position = argument(FIRST_POSITION) + r;
  const end = (headDim as usize) << 2, left = position - argument(WINDOW);
  const added = cacheOf(VALUES, kvHead, position);
  for (let i: usize = 0; i < end; i += 4) store<f32>(sum + i, load<f32>(sum + i) + load<f32>(added + i));
  if (left < 0) return;
  const taken = cacheOf(VALUES, kvHead, left);
  for (let i: usize = 0; i < end; i += 4) store<f32>(sum + i, load<f32>(sum + i) - load<f32>(taken + i));
}

/** Notes the sum of values before each block and advances the running sums over all rows. */
export function advanceValueSums(): void {
  const headDim = argument(HEAD_DIM), width = headDim << 2, blocks = blockCount();
  for (let kvHead = 0; kvHead < argument(KV_HEADS); kvHead++) {
    const sum = floats(argument(VALUE_SUMS), kvHead * headDim);
    for (let r = 0; r < argument(ROWS); r++) {
      if (r % argument(BLOCK_ROWS) == 0) {
        const at = kvHead * blocks + r / argument(BLOCK_ROWS);
        memory.copy(floats(argument(BLOCK_SUMS), at * headDim), sum, width);
      }
      slideSum(sum, kvHead, r);
    }
  }
}

/** Several rows: a whole block. */
export function blockTicket(ticket: i32): void {
  const kvHead = ticket % argument(KV_HEADS), headDim = argument(HEAD_DIM);
  const from = (ticket / argument(KV_HEADS)) * argument(BLOCK_ROWS);
  const to = min(from + argument(BLOCK_ROWS), argument(ROWS));
  const lines = (to - from) * groupSize();
  const start = blockStart(from), keys = argument(FIRST_POSITION) + to - start;
  block.useBlock(scratch(), lines, keys, headDim, 0);
  gatherQueries(from, to, kvHead);
  scoreKeys(block.queries, lines, cacheOf(KEYS, kvHead, start), 0, keys, headDim, number(SCALE) as f32);
  weighRows(from, to, kvHead, keys);
  memory.fill(block.outputs, 0, (lines * headDim) << 2);
  sumTiles(cacheOf(VALUES, kvHead, start), 0, block.tilesOf(keys), lines, 0);
  finishRows(from, to, kvHead);
}

/** Several rows: the scores of a block alone, each line's from the first key that its row sees. */
export function choiceTicket(ticket: i32): void {
  const kvHead = ticket % argument(KV_HEADS), headDim = argument(HEAD_DIM), group = groupSize();
  const from = (ticket / argument(KV_HEADS)) * argument(BLOCK_ROWS);
  const to = min(from + argument(BLOCK_ROWS), argument(ROWS));
  const lines = (to - from) * group, start = blockStart(from);
  block.useBlock(scratch(), lines, argument(FIRST_POSITION) + to - start, headDim, 0);
  gatherQueries(from, to, kvHead);
  const keys = argument(FIRST_POSITION) + to - start, scale = number(SCALE) as f32;
  scoreKeys(block.queries, lines, cacheOf(KEYS, kvHead, start), 0, keys, headDim, scale);
  for (let l = 0; l < lines; l++) {
    const r = from + l / group, first = firstKeyOf(r);
    const at = (r * argument(QUERY_HEADS) + kvHead * group + l % group) as usize;
    const out = (argument(CHOICE_SCORES) as usize) + ((at * (argument(CHOICE_KEYS) as usize)) << 2);
    const scores = block.scores + (l as usize) * block.scoreStride + (((first - start) as usize) << 2);
    memory.copy(out, scores, ((argument(FIRST_POSITION) + r + 1 - first) as usize) << 2);
  }
}

function gatherQueries(from: i32, to: i32, kvHead: i32): void {
  const group = groupSize(), numbers = group * argument(HEAD_DIM);
  for (let r = from; r < to; r++) {
    const query = (r * argument(QUERY_HEADS) + kvHead * group) * argument(HEAD_DIM);
    const gathered = block.queries + (((r - from) * numbers) as usize << 2);
    memory.copy(gathered, floats(argument(QUERY), query), numbers << 2);
  }
}

function weighRows(from: i32, to: i32, kvHead: i32, keys: i32): void {
  const flagBytes = (keys << 2) + 16, group = groupSize();
  memory.fill(block.blockFlags, 0, flagBytes);
  for (let r = from; r < to; r++) {
    memory.fill(block.rowFlags, 0, flagBytes);
    const lead = firstKeyOf(r) - blockStart(from);
    for (let g = 0; g < group; g++) weighLine(r, kvHead * group + g, (r - from) * group + g, lead, keys);
    const union = joinFlags(keys) as f32;
    store<f32>(floats(argument(UNION), r * argument(KV_HEADS) + kvHead), union);
  }
  listKeptKeys(keys);
}

/** Weights of one query head of one row; `lead` keys before those that it sees, and the ones after, get weight 0. */
function weighLine(r: i32, head: i32, l: i32, lead: i32, keys: i32): void {
  const line0 = block.scores + (l as usize) * block.scoreStride;
  const scores = line0 + ((lead as usize) << 2), flags = block.rowFlags + ((lead as usize) << 2);
  const count = argument(FIRST_POSITION) + r + 1 - firstKeyOf(r);
  const at = r * argument(QUERY_HEADS) + head;
  const first = min(argument(KEEP_FIRST), count), end = max(first, count - argument(KEEP_LAST));
  line.normalise(scores, count);
  if (argument(QUANTILES) != 0) {
    const most = count - argument(EXEMPT_LAST), least = min(argument(EXEMPT_FIRST), count);
    store<f32>(floats(argument(QUANTILES), at), line.quantileOf(scores, least, most, number(TAU)));
  }
  if (argument(SAMPLED_ROWS) != 0) sampleLine(r, head, scores, count);
  line.startWeights();
  if (argument(CHOSEN) != 0) {
    const chosen = (argument(CHOSEN) as usize) + (at as usize) * (argument(CHOICE_KEYS) as usize);
    line.weigh(scores, scores, 0, count, -Infinity, 0);
    line.keepChosen(scores, count, chosen, flags);
  } else if (argument(WANTED) != 0) {
    line.weigh(scores, scores, 0, count, -Infinity, 0);
    line.keepLargest(scores, count, load<i32>(floats(argument(WANTED), r)), flags);
  } else {
    const thresholds = argument(THRESHOLDS);
    const logThreshold = thresholds == 0 ? number(LOG_THRESHOLD) : load<f32>(floats(thresholds, at)) as f64;
    line.weigh(scores, scores, 0, first, -Infinity, flags);
    line.weigh(scores, scores, first, end, logThreshold, flags);
    line.weigh(scores, scores, end, count, -Infinity, flags);
  }
  memory.fill(line0, 0, lead << 2);
  memory.fill(scores + ((count as usize) << 2), 0, (keys - lead - count) << 2);
  store<f32>(floats(argument(KEPT), at), line.kept as f32);
  store<f32>(floats(argument(DROPPED_MASS), at), line.droppedMass as f32);
  store<f64>(block.masses + ((l as usize) << 4), line.droppedMass);
  store<f64>(block.masses + ((l as usize) << 4), line.keptMass, 8);
}

/** Quantiles of a query head of a row at every level, when the row is sampled. */
function sampleLine(r: i32, head: i32, scores: usize, count: i32): void {
  const index = load<i32>(floats(argument(SAMPLED_ROWS), r));
  if (index < 0) return;
  const levels = argument(LEVEL_COUNT);
  const out = floats(argument(SAMPLED), (index * argument(QUERY_HEADS) + head) * levels);
  line.quantilesOf(scores, count, argument(LEVELS), levels, out);
}

/** Adds the row's flags to the block's; returns how many the row has. */
function joinFlags(keys: i32): i32 {
  let counts = i32x4.splat(0);
  for (let i: usize = 0; i < (keys as usize) << 2; i += 16) {
    const flags = v128.load(block.rowFlags + i);
    counts = i32x4.sub(counts, flags);
    v128.store(block.blockFlags + i, v128.or(v128.load(block.blockFlags + i), flags));
  }
  return i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1)
    + i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3);
}

function listKeptKeys(keys: i32): void {
  let to = block.list, start = block.starts;
  for (let i: usize = 0; i < (keys as usize) << 2; i += 4) {
    if ((i & ((block.TILE << 2) - 1)) == 0) {
      store<u32>(start, ((to - block.list) >> 2) as u32);
      start += 4;
    }
    store<u32>(to, i as u32);
    to -= load<i32>(block.blockFlags + i) << 2;
  }
  store<u32>(start, ((to - block.list) >> 2) as u32);
}

/** Sums the tiles `from` to `to` into outputs that lie `stride` bytes apart: 0 adds them all up. */
function sumTiles(values: usize, from: i32, to: i32, lines: i32, stride: usize): void {
  const headDim = argument(HEAD_DIM);
  for (let t = from; t < to; t++) {
    const start = block.starts + ((t as usize) << 2);
    const out = stride == 0 ? block.outputs : block.partials + (t as usize) * stride;
    sumValues(values, load<i32>(start), load<i32>(start, 4), lines, headDim, out);
  }
}

function finishRows(from: i32, to: i32, kvHead: i32): void {
  const headDim = argument(HEAD_DIM), width = headDim << 2, group = groupSize();
  const at = kvHead * blockCount() + from / argument(BLOCK_ROWS);
  memory.copy(block.valueSum, floats(argument(BLOCK_SUMS), at * headDim), width);
  for (let r = from; r < to; r++) {
    const count = argument(FIRST_POSITION) + r + 1 - firstKeyOf(r);
    slideSum(block.valueSum, kvHead, r);
    for (let g = 0; g < group; g++) {
      const l = (r - from) * group + g;
      const result = floats(argument(OUT), (r * argument(QUERY_HEADS) + kvHead * group + g) * headDim);
      memory.copy(result, block.outputs + (l as usize) * (width as usize), width);
      putDroppedMassBack(result, l, count, headDim);
    }
  }
}

function putDroppedMassBack(out: usize, l: i32, count: i32, headDim: i32): void {
  const dropped = load<f64>(block.masses + ((l as usize) << 4));
  const kept = load<f64>(block.masses + ((l as usize) << 4), 8);
  const rule = argument(DROPPED_MASS_RULE);
  if (dropped == 0 || rule == 0 || (rule == 1 && kept == 0)) return;
  const keptFactor = (1 / kept) as f32, meanFactor = (dropped / count) as f32;
  for (let i: usize = 0; i < (headDim as usize) << 2; i += 4) {
    const sum = load<f32>(out + i);
    store<f32>(out + i, rule == 1 ? sum * keptFactor : sum + meanFactor * load<f32>(block.valueSum + i));
  }
}

// One row: the phases as jobs.

/** Keys of the row's block. */
function sharedKeys(): i32 {
  return argument(FIRST_POSITION) + 1 - blockStart(0);
}

function useSharedBlock(kvHead: i32): void {
  const keys = sharedKeys();
  const base = (argument(SHARED_BLOCKS) as usize) + (kvHead as usize) * (argument(BLOCK_BYTES) as usize);
  block.useBlock(base, groupSize(), keys, argument(HEAD_DIM), block.tilesOf(keys));
}

export function spansOfKeys(): i32 {
  return (sharedKeys() + KEY_SPAN - 1) / KEY_SPAN;
}

export function scoresTicket(ticket: i32): void {
  const spans = spansOfKeys(), kvHead = ticket / spans, headDim = argument(HEAD_DIM);
  const from = (ticket % spans) * KEY_SPAN, to = min(from + KEY_SPAN, sharedKeys());
  const query = floats(argument(QUERY), kvHead * groupSize() * headDim);
  useSharedBlock(kvHead);
  const keys = cacheOf(KEYS, kvHead, blockStart(0));
  scoreKeys(query, groupSize(), keys, from, to, headDim, number(SCALE) as f32);
}

export function weightsTicket(kvHead: i32): void {
  useSharedBlock(kvHead);
  weighRows(0, 1, kvHead, sharedKeys());
}

export function valuesTicket(ticket: i32): void {
  const spans = spansOfKeys(), kvHead = ticket / spans;
  const from = (ticket % spans) * (KEY_SPAN / block.TILE);
  const to = min(from + KEY_SPAN / block.TILE, block.tilesOf(sharedKeys()));
  const stride = partialBytes();
  useSharedBlock(kvHead);
  memory.fill(block.partials + (from as usize) * stride, 0, ((to - from) as usize) * stride);
  sumTiles(cacheOf(VALUES, kvHead, blockStart(0)), from, to, groupSize(), stride);
}

function partialBytes(): usize {
  return (((groupSize() * argument(HEAD_DIM) + 3) & ~3) as usize) << 2;
}

/** Adds the tiles of every KV head up, in ascending order, and finishes the row. */
export function joinTiles(): void {
  const stride = partialBytes(), tiles = block.tilesOf(sharedKeys());
  for (let kvHead = 0; kvHead < argument(KV_HEADS); kvHead++) {
    useSharedBlock(kvHead);
    memory.fill(block.outputs, 0, stride);
    for (let t = 0; t < tiles; t++) addVectors(block.outputs, block.partials + (t as usize) * stride, stride);
    finishRows(0, 1, kvHead);
  }
}

function addVectors(sum: usize, more: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(sum + i, f32x4.add(v128.load(sum + i), v128.load(more + i)));
  }
}
