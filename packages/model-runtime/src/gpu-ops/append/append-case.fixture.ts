import type { RowPlace } from "../row-places/row-place.ts";
import type { AppendOptions } from "./append-options.ts";

type Round = (value: number) => number;

/** Rows to append. */
export interface AppendCase {
  readonly options: AppendOptions;
  readonly places: readonly RowPlace[];
  /** [rows, queryHeads + 2 · kvHeads, headDim]. */
  readonly qkv: Float32Array<ArrayBuffer>;
  /** [pairs], as many as the options say. */
  readonly frequencies: Float64Array;
  /** [headDim]. */
  readonly queryNorm: Float32Array<ArrayBuffer>;
  readonly keyNorm: Float32Array<ArrayBuffer>;
  /** [slots, kvHeads, capacity, headDim]: the values that the cache holds before. Default NaN. */
  readonly values?: Float32Array<ArrayBuffer>;
  /** [slots, kvHeads, headDim]: their sums before. Default NaN. */
  readonly valueSums?: Float32Array<ArrayBuffer>;
}

/** What comes of them; NaN where the cache is not written. */
export interface AppendedRows {
  /** [rows, queryHeads, headDim]. */
  readonly queries: ArrayLike<number>;
  /** [slots, kvHeads, capacity, headDim]. */
  readonly keys: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  /** [slots, kvHeads, headDim]. */
  readonly valueSums: ArrayLike<number>;
}

function normed(head: number[], weight: Float32Array, epsilon: number, round: Round): number[] {
  const squares = head.reduce((sum, x) => round(sum + round(x * x)), 0);
  const factor = round(1 / round(Math.sqrt(round(round(squares / head.length) + epsilon))));
  return head.map((x, i) => round(round(x * factor) * weight[i]!));
}

function rotated(each: AppendCase, head: number[], position: number, round: Round): number[] {
  const { frequencies, options } = each;
  const isHalf = options.rotary?.layout === "half";
  const result = [...head];
  for (const [pair, frequency] of frequencies.entries()) {
    const first = isHalf ? pair : 2 * pair;
    const second = first + (isHalf ? frequencies.length : 1);
    const cosine = round(Math.cos(position * frequency));
    const sine = round(Math.sin(position * frequency));
    const [a, b] = [head[first]!, head[second]!];
    result[first] = round(round(a * cosine) - round(b * sine));
    result[second] = round(round(b * cosine) + round(a * sine));
  }
  return result;
}

/** Append by definition, each operation rounded by `round`. */
export function appendedRows(each: AppendCase, round: Round): AppendedRows {
  const { geometry, slots, capacity, window, headNorms } = each.options;
  const { queryHeads, kvHeads, headDim } = geometry;
  const size = slots * kvHeads * capacity * headDim;
  const keys = new Float64Array(size).fill(Number.NaN);
  const values = Float64Array.from(each.values ?? new Float32Array(size).fill(Number.NaN));
  const sumCount = slots * kvHeads * headDim;
  const valueSums = Float64Array.from(
    each.valueSums ?? new Float32Array(sumCount).fill(Number.NaN),
  );
  const queries: number[] = [];
  for (const [r, { slot, position, extendsSums = false }] of each.places.entries()) {
    for (let head = 0; head < queryHeads + 2 * kvHeads; head++) {
      const start = (r * (queryHeads + 2 * kvHeads) + head) * headDim;
      const x = [...each.qkv.subarray(start, start + headDim)];
      const kvHead = (head - queryHeads) % kvHeads;
      const to = ((slot * kvHeads + kvHead) * capacity + position) * headDim;
      if (head >= queryHeads + kvHeads) {
        values.set(x, to);
        const sums = (slot * kvHeads + kvHead) * headDim;
        for (let i = 0; extendsSums && i < headDim; i++) {
          const leaves = window !== undefined && position >= window;
          const gone = leaves ? values[to + i - window * headDim]! : 0;
          const rest = position === 0 ? 0 : round(valueSums[sums + i]! - gone);
          valueSums[sums + i] = round(x[i]! + rest);
        }
        continue;
      }
      const weight = head < queryHeads ? each.queryNorm : each.keyNorm;
      const whole = headNorms ? normed(x, weight, headNorms.epsilon, round) : x;
      const turned = rotated(each, whole, position, round);
      if (head < queryHeads) queries.push(...turned);
      else keys.set(turned, to);
    }
  }
  return { queries, keys, values, valueSums };
}
