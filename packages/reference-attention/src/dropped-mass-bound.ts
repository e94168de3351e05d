import { AttentionError } from "./attention-error.ts";
import { euclideanNorm } from "./output-error.ts";

/** What one query head dropped, and from where. */
export interface DroppedValues {
  /** d in [0, 1]. */
  readonly droppedMass: number;
  /** The visible values of its KV head: [contextLength, valueDim], contextLength ≥ 1. */
  readonly values: ArrayLike<number>;
  readonly valueDim: number;
}

/**
 * Bound of ‖o − ô‖ in the Euclidean norm when the dropped mass is not put back: d · max‖v‖.
 * o − ô = Σ_dropped p·v, a sum of vectors no longer than max‖v‖ with weights that add up to d.
 */
export function lostMassBound(dropped: DroppedValues): number {
  return dropped.droppedMass * maxNorm(valueRows(dropped));
}

/**
 * Bound of ‖o − ô‖ when the mean value stands in: d · max‖v − v̄‖, since o − ô = Σ_dropped p·(v − v̄).
 */
export function meanFillBound(dropped: DroppedValues): number {
  return dropped.droppedMass * maxNorm(centred(valueRows(dropped)));
}

/**
 * Bound of ‖o − ô‖ when the kept weights are renormalised and at least one key is kept: 2 · d · max‖v − v̄‖, since
 * o − ô is d times the distance between the weighted means of the dropped and of the kept values.
 */
export function renormaliseBound(dropped: DroppedValues): number {
  return 2 * meanFillBound(dropped);
}

function valueRows({ values, valueDim }: DroppedValues): number[][] {
  const rows = values.length / valueDim;
  if (!Number.isInteger(rows) || rows < 1) {
    throw new AttentionError(
      "invalid-argument",
      `values: expected rows of ${valueDim} numbers, got ${values.length} numbers`,
    );
  }
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: valueDim }, (_, i) => values[row * valueDim + i]!),
  );
}

function centred(rows: readonly number[][]): number[][] {
  const mean = rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
  return rows.map((row) => row.map((value, i) => value - mean[i]!));
}

function maxNorm(rows: readonly number[][]): number {
  return rows.reduce((longest, row) => Math.max(longest, euclideanNorm(row)), 0);
}
