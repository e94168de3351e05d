import type { CpuOps, CpuRegion } from "../ops/cpu-ops.ts";
import type { NormBlueprint } from "./decoder-blueprint.ts";
import type { LoadedWeights } from "./load-weights.ts";

/** Normalises rows of x [rows, width]; out may be x. */
export type Norm = (out: CpuRegion, x: CpuRegion, rows: number) => void;

export function createNorm(ops: CpuOps, weights: LoadedWeights, blueprint: NormBlueprint): Norm {
  const { width, epsilon } = blueprint;
  const weight = weights.vector(blueprint.weight);
  if (blueprint.kind === "rms") {
    return (out, x, rows) => ops.rmsNorm(out, x, weight, rows, width, epsilon);
  }
  const bias = weights.vector(blueprint.bias);
  return (out, x, rows) => ops.layerNorm(out, x, { weight, bias, rows, width, epsilon });
}
