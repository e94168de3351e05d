import type { CpuOps, CpuRegion } from "../ops/cpu-ops.ts";
import type { LinearBlueprint } from "./decoder-blueprint.ts";
import type { LoadedWeights } from "./load-weights.ts";

/** out [rows, outputs] = x [rows, inputs] · weightᵀ, plus the bias where there is one. */
export type Linear = (out: CpuRegion, x: CpuRegion, rows: number) => void;

export function createLinear(
  ops: CpuOps,
  weights: LoadedWeights,
  blueprint: LinearBlueprint,
): Linear {
  const weight = weights.matrix(blueprint.weight);
  const bias = blueprint.bias === undefined ? undefined : weights.vector(blueprint.bias);
  return (out, x, rows) => ops.matmul(out, x, weight, rows, bias);
}
