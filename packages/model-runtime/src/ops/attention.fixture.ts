import type { AttentionGeometry } from "@sift-attention/tensor";
import type { DroppedMassRule } from "../attention-mode.ts";
import { normals, regionOf, unsetRegion } from "./cpu-ops.fixture.ts";
import type { CpuAttentionRule, CpuOps } from "./cpu-ops.ts";

/** Every rule but one of the caller's own: the reference has them too. */
export type BuiltInRule = Exclude<CpuAttentionRule, { readonly kind: "custom" }>;

/** Consecutive rows of a geometry. */
export interface Shape extends AttentionGeometry {
  readonly rows: number;
  readonly firstPosition: number;
}

/** What a call reads: query [rows, queryHeads, headDim], keys and values [kvHeads, capacity, headDim]. */
export interface Inputs extends Shape {
  readonly capacity: number;
  readonly query: Float32Array;
  readonly keys: Float32Array;
  readonly values: Float32Array;
}

/** Seeded inputs. */
export function createInputs(shape: Shape): Inputs {
  const { queryHeads, kvHeads, headDim, rows, firstPosition } = shape;
  const capacity = firstPosition + rows + 3;
  return {
    ...shape,
    capacity,
    query: normals(rows * queryHeads * headDim, 1).map((value) => 1.5 * value),
    keys: normals(kvHeads * capacity * headDim, 2),
    values: normals(kvHeads * capacity * headDim, 3).map((value) => value + 1),
  };
}

export function sift(
  logThresholds: Float32Array,
  droppedMass: DroppedMassRule = "none",
  exempt: number = 0,
): BuiltInRule {
  return { kind: "sift", logThresholds, droppedMass, keepFirst: exempt, keepLast: 2 * exempt };
}

/** Options of a call that most tests leave out. */
export interface AttendOptions {
  readonly quantile?: number;
  readonly window?: number;
  /** Default: the sums of the values that the row before row 0 sees. */
  readonly valueSums?: Float32Array;
}

/** What a call leaves behind. */
export interface Attended {
  readonly output: Float32Array;
  readonly valueSums: Float32Array;
  readonly kept: Float32Array;
  readonly union: Float32Array;
  readonly droppedMass: Float32Array;
  readonly quantiles: Float32Array | undefined;
}

/** Copies of everything that a call leaves behind. */
export function attend(
  ops: CpuOps,
  inputs: Inputs,
  rule: CpuAttentionRule,
  options: AttendOptions = {},
): Attended {
  const { queryHeads, kvHeads, headDim, rows, firstPosition, capacity } = inputs;
  const { quantile, window } = options;
  const { valueSums = sumOfValues(inputs, firstPosition, window) } = options;
  const regions = {
    query: regionOf(ops, inputs.query),
    keys: regionOf(ops, inputs.keys),
    values: regionOf(ops, inputs.values),
    valueSums: regionOf(ops, valueSums),
    out: unsetRegion(ops, rows * queryHeads * headDim),
  };
  const statistics = ops.attention({
    ...{ geometry: { queryHeads, kvHeads, headDim }, rows, firstPosition, capacity, rule },
    ...{ scale: headDim ** -0.5, ...regions, ...(quantile !== undefined && { quantile }) },
    ...(window !== undefined && { window }),
  });
  const result = {
    output: regions.out.floats().slice(),
    valueSums: regions.valueSums.floats().slice(),
    kept: statistics.kept.slice(),
    union: statistics.union.slice(),
    droppedMass: statistics.droppedMass.slice(),
    quantiles: statistics.quantiles?.slice(),
  };
  for (const region of Object.values(regions)) region.free();
  return result;
}

/** Sums in f32 of the values that the row before `position` sees, slid from row to row: [kvHeads, headDim]. */
export function sumOfValues(
  inputs: Inputs,
  position: number,
  window: number = Infinity,
): Float32Array {
  const { kvHeads, headDim, capacity, values } = inputs;
  const sums = new Float32Array(kvHeads * headDim);
  for (let head = 0; head < kvHeads; head++) {
    for (let key = 0; key < position; key++) {
      const at = (head * capacity + key) * headDim;
      for (let i = 0; i < headDim; i++) {
        sums[head * headDim + i]! += values[at + i]!;
        if (key >= window) sums[head * headDim + i]! -= values[at - window * headDim + i]!;
      }
    }
  }
  return sums;
}

/** For the names of tests. */
export const label = ({ queryHeads, kvHeads, headDim, rows, firstPosition }: Shape): string =>
  `${queryHeads}/${kvHeads} heads of ${headDim}, rows ${firstPosition} to ${firstPosition + rows - 1}`;
