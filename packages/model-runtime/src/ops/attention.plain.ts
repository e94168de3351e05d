import { chooseKeys } from "./choose-keys.ts";
import type { CpuAttentionCall, CpuAttentionStatistics } from "./cpu-ops.ts";
import { applyKeepRule, exemptKeys, type HeadWeights, type PlainRule } from "./keep-rule.plain.ts";
import { dot } from "./matmul.plain.ts";
import { selectNth } from "./select-nth.plain.ts";
import { visibleKeys } from "./visible-keys.ts";

/** Scratch of one query row and KV head; `count` keys from `first` on are visible. */
interface GroupScratch {
  readonly first: number;
  readonly count: number;
  /** One for each query head of the group: [count]. */
  readonly scores: readonly Float32Array[];
  readonly weights: readonly Float32Array[];
  /** 1 where some head of the group keeps the key: [count]. */
  readonly flags: Uint8Array;
}

/**
 * Attention of consecutive rows, one KV head at a time. Scores and weights are rounded to f32; sums run in float64 in
 * ascending order of keys.
 */
export function attentionPlain(call: CpuAttentionCall): CpuAttentionStatistics {
  const { rows, geometry } = call;
  const { queryHeads, kvHeads } = geometry;
  const statistics: CpuAttentionStatistics = {
    kept: new Float32Array(rows * queryHeads),
    union: new Float32Array(rows * kvHeads),
    droppedMass: new Float32Array(rows * queryHeads),
    quantiles: call.quantile === undefined ? undefined : new Float32Array(rows * queryHeads),
    ...(call.sample && {
      sampled: new Float32Array(call.sample.rows.length * queryHeads * call.sample.levels.length),
    }),
  };
  const longest = call.firstPosition + rows;
  const group = queryHeads / kvHeads;
  const scores = Array.from({ length: group }, () => new Float32Array(longest));
  const weights = Array.from({ length: group }, () => new Float32Array(longest));
  for (let row = 0; row < rows; row++) {
    const { first, count } = visibleKeys(call, row);
    slideValueSums(call, row);
    for (let kvHead = 0; kvHead < kvHeads; kvHead++) {
      const scratch = { first, count, scores, weights, flags: new Uint8Array(count) };
      attendGroup(call, row, kvHead, scratch, statistics);
    }
  }
  return statistics;
}

function slideValueSums(call: CpuAttentionCall, row: number): void {
  const position = call.firstPosition + row;
  addToValueSums(call, position, 1);
  const left = position - (call.window ?? Infinity);
  if (left >= 0) addToValueSums(call, left, -1);
}

function addToValueSums(call: CpuAttentionCall, position: number, sign: 1 | -1): void {
  const { kvHeads, headDim } = call.geometry;
  const values = call.values.floats();
  const sums = call.valueSums.floats();
  for (let head = 0; head < kvHeads; head++) {
    const from = (head * call.capacity + position) * headDim;
    for (let i = 0; i < headDim; i++) sums[head * headDim + i]! += sign * values[from + i]!;
  }
}

function attendGroup(
  call: CpuAttentionCall,
  row: number,
  kvHead: number,
  scratch: GroupScratch,
  statistics: CpuAttentionStatistics,
): void {
  const { queryHeads, kvHeads, headDim } = call.geometry;
  const group = scratch.scores.length;
  scoreKeys(call, row, kvHead, scratch);
  const rules = groupRules(call, row, kvHead, scratch);
  for (let g = 0; g < group; g++) {
    const at = row * queryHeads + kvHead * group + g;
    const head = weighHead(scratch, g);
    if (statistics.quantiles !== undefined) statistics.quantiles[at] = quantileOf(call, head);
    sampleHead(call, row, kvHead * group + g, head, statistics);
    const { kept, droppedMass } = applyKeepRule(rules[g]!, at, head, scratch.flags);
    statistics.kept[at] = kept;
    statistics.droppedMass[at] = droppedMass;
  }
  const union: number[] = [];
  for (let key = 0; key < scratch.count; key++) if (scratch.flags[key] === 1) union.push(key);
  statistics.union[row * kvHeads + kvHead] = union.length;
  const out = call.out.floats();
  for (let g = 0; g < group; g++) {
    const at = row * queryHeads + kvHead * group + g;
    const sums = sumValues(call, kvHead, scratch, g, union);
    putDroppedMassBack(call, kvHead, scratch, g, statistics.droppedMass[at]!, sums);
    out.set(sums, at * headDim);
  }
}

/** The rule of each query head: [group]. One of the caller's own is asked for all of them together. */
function groupRules(
  call: CpuAttentionCall,
  row: number,
  kvHead: number,
  { count, scores }: GroupScratch,
): readonly PlainRule[] {
  const { rule } = call;
  if (rule.kind !== "custom") return scores.map(() => rule);
  const lines = {
    scores: scores.map((line) => line.subarray(0, count)),
    kept: scores.map(() => new Uint8Array(count)),
  };
  chooseKeys(call, rule.choose, { row, kvHead }, lines);
  return lines.kept.map((keys) => ({ kind: "chosen", keys }));
}

/** Each key row is read once for all query heads of the group. */
function scoreKeys(
  call: CpuAttentionCall,
  row: number,
  kvHead: number,
  { first, count, scores }: GroupScratch,
): void {
  const { queryHeads, headDim } = call.geometry;
  const query = call.query.floats();
  const keys = call.keys.floats();
  const queryStart = (row * queryHeads + kvHead * scores.length) * headDim;
  for (let key = 0; key < count; key++) {
    const keyStart = (kvHead * call.capacity + first + key) * headDim;
    for (let g = 0; g < scores.length; g++) {
      const score = dot(query, queryStart + g * headDim, keys, keyStart, headDim);
      scores[g]![key] = score * call.scale;
    }
  }
}

function weighHead(scratch: GroupScratch, g: number): HeadWeights {
  const { count } = scratch;
  const scores = scratch.scores[g]!;
  const weights = scratch.weights[g]!;
  let maximum = -Infinity;
  for (let key = 0; key < count; key++) maximum = Math.max(maximum, scores[key]!);
  let sum = 0;
  for (let key = 0; key < count; key++) sum += Math.exp(scores[key]! - maximum);
  const logSumExp = maximum + Math.log(sum);
  for (let key = 0; key < count; key++) weights[key] = Math.exp(scores[key]! - logSumExp);
  return { scores, weights, logSumExp, count };
}

/** ascending[min(n − 1, ⌊τ·n⌋)] of the n weights that are not exempt; NaN when all are. */
function quantileOf({ rule, quantile = 0 }: CpuAttentionCall, head: HeadWeights): number {
  const { first, end } = exemptKeys(rule, head.count);
  const count = end - first;
  if (count === 0) return Number.NaN;
  const index = Math.min(count - 1, Math.floor(quantile * count));
  return selectNth(head.weights.slice(first, end), 0, count, index);
}

/** Writes the quantiles of a head of a sampled row at every level. */
function sampleHead(
  { sample, geometry }: CpuAttentionCall,
  row: number,
  queryHead: number,
  { weights, count }: HeadWeights,
  { sampled }: CpuAttentionStatistics,
): void {
  const index = sample?.rows.indexOf(row) ?? -1;
  if (!sample || !sampled || index < 0) return;
  const from = (index * geometry.queryHeads + queryHead) * sample.levels.length;
  for (const [i, level] of sample.levels.entries()) {
    const rank = Math.min(count - 1, Math.floor(level * count));
    sampled[from + i] = selectNth(weights.slice(0, count), 0, count, rank);
  }
}

/** Σ weight · value over the keys of the union: [headDim]. No other value row is read. */
function sumValues(
  { geometry: { headDim }, capacity, ...call }: CpuAttentionCall,
  kvHead: number,
  { first, weights }: GroupScratch,
  g: number,
  union: readonly number[],
): Float64Array {
  const values = call.values.floats();
  const sums = new Float64Array(headDim);
  for (const key of union) {
    const weight = weights[g]![key]!;
    const from = (kvHead * capacity + first + key) * headDim;
    for (let i = 0; i < headDim; i++) sums[i]! += weight * values[from + i]!;
  }
  return sums;
}

function putDroppedMassBack(
  call: CpuAttentionCall,
  kvHead: number,
  { count, weights }: GroupScratch,
  g: number,
  droppedMass: number,
  sums: Float64Array,
): void {
  if (call.rule.kind === "full" || droppedMass === 0) return;
  if (call.rule.droppedMass === "mean-value") {
    const valueSums = call.valueSums.floats();
    for (let i = 0; i < sums.length; i++) {
      sums[i]! += (droppedMass * valueSums[kvHead * sums.length + i]!) / count;
    }
  }
  if (call.rule.droppedMass === "renormalise") {
    let keptMass = 0;
    for (let key = 0; key < count; key++) keptMass += weights[g]![key]!;
    if (keptMass > 0) for (let i = 0; i < sums.length; i++) sums[i]! /= keptMass;
  }
}
