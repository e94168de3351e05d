import type { LayerAttention } from "@sift-attention/model-runtime";

/** Full attention of one query head at one row, in float64. */
export interface FullOutput {
  readonly queryHead: number;
  /** [headDim]. */
  readonly output: Float64Array;
  /** max‖v‖ over the visible values of its KV head. */
  readonly longestValue: number;
  /** max‖v − v̄‖ over them, v̄ their mean. */
  readonly longestCentred: number;
}

/** The values that one row sees in one KV head. */
interface VisibleValues {
  readonly values: Float32Array;
  readonly headDim: number;
  readonly count: number;
}

/** Full attention of one row over the queries, keys and values of a pass: [queryHeads]. */
export function attendFully(attention: LayerAttention, row: number): FullOutput[] {
  const { geometry, firstPosition, window, capacity, scale } = attention;
  const { queryHeads, kvHeads, headDim } = geometry;
  const end = firstPosition + row + 1;
  const count = Math.min(end, window);
  const group = queryHeads / kvHeads;
  return Array.from({ length: kvHeads }, (_, kvHead) => {
    const from = (kvHead * capacity + end - count) * headDim;
    const keys = attention.keys.subarray(from, from + count * headDim);
    const values = attention.values.subarray(from, from + count * headDim);
    const lengths = longestRows({ values, headDim, count });
    return Array.from({ length: group }, (_, g) => {
      const queryHead = kvHead * group + g;
      const at = (row * queryHeads + queryHead) * headDim;
      const query = attention.query.subarray(at, at + headDim);
      const weights = softmax(scoresOf(query, keys, count, scale));
      return { queryHead, output: weigh(weights, { values, headDim, count }), ...lengths };
    });
  }).flat();
}

function scoresOf(
  query: Float32Array,
  keys: Float32Array,
  count: number,
  scale: number,
): Float64Array {
  const scores = new Float64Array(count);
  for (let key = 0; key < count; key++) {
    let sum = 0;
    for (let i = 0; i < query.length; i++) sum += query[i]! * keys[key * query.length + i]!;
    scores[key] = sum * scale;
  }
  return scores;
}

function softmax(scores: Float64Array): Float64Array {
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < scores.length; i++) highest = Math.max(highest, scores[i]!);
  let total = 0;
  for (let i = 0; i < scores.length; i++) total += Math.exp(scores[i]! - highest);
  return scores.map((score) => Math.exp(score - highest) / total);
}

function weigh(weights: Float64Array, { values, headDim, count }: VisibleValues): Float64Array {
  const sums = new Float64Array(headDim);
  for (let key = 0; key < count; key++) {
    for (let i = 0; i < headDim; i++) sums[i]! += weights[key]! * values[key * headDim + i]!;
  }
  return sums;
}

function longestRows(visible: VisibleValues): {
  readonly longestValue: number;
  readonly longestCentred: number;
} {
  const { count, headDim } = visible;
  const mean = weigh(new Float64Array(count).fill(1 / count), visible);
  return {
    longestValue: longestFrom(new Float64Array(headDim), visible),
    longestCentred: longestFrom(mean, visible),
  };
}

/** max‖v − origin‖. */
function longestFrom(origin: Float64Array, { values, headDim, count }: VisibleValues): number {
  let longest = 0;
  for (let key = 0; key < count; key++) {
    let square = 0;
    for (let i = 0; i < headDim; i++) square += (values[key * headDim + i]! - origin[i]!) ** 2;
    longest = Math.max(longest, square);
  }
  return Math.sqrt(longest);
}
