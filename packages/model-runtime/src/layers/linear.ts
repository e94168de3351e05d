import type { CpuOps, CpuRegion } from "../ops/cpu-ops.ts";
import type { LoadedWeights } from "./load-weights.ts";
import type { TensorNeed } from "./tensor-need.ts";

/** out [rows, outputs] = x [rows, inputs] · weightᵀ, plus the bias where there is one. */
export type Linear = (out: CpuRegion, x: CpuRegion, rows: number) => void;

/** A weight [outputs, inputs] and, where the file stores one, its bias [outputs]. */
export function linearNeeds(name: string, outputs: number, inputs: number): readonly TensorNeed[] {
  return [
    { name: `${name}.weight`, shape: [outputs, inputs] },
    { name: `${name}.bias`, shape: [outputs], optional: true },
  ];
}

export function createLinear(ops: CpuOps, weights: LoadedWeights, name: string): Linear {
  const weight = weights.matrix(`${name}.weight`);
  const bias = weights.has(`${name}.bias`) ? weights.vector(`${name}.bias`) : undefined;
  return (out, x, rows) => ops.matmul(out, x, weight, rows, bias);
}
