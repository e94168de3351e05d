import type { CpuOps, CpuRegion } from "../ops/cpu-ops.ts";
import type { FeedForwardBlueprint } from "./decoder-blueprint.ts";
import { createLinear, type Linear } from "./linear.ts";
import type { LoadedWeights } from "./load-weights.ts";

/** Activations of a feed-forward, [rows, feedForwardSize] each. */
export interface FeedForwardScratch {
  readonly gate: CpuRegion;
  readonly up: CpuRegion;
}

/** The feed-forward of one layer, from x [rows, hiddenSize] to out [rows, hiddenSize]. */
export function createFeedForward(
  ops: CpuOps,
  weights: LoadedWeights,
  blueprint: FeedForwardBlueprint,
  scratch: FeedForwardScratch,
): Linear {
  const { gate, up } = scratch;
  const size = blueprint.up.outputs;
  const toUp = createLinear(ops, weights, blueprint.up);
  const down = createLinear(ops, weights, blueprint.down);
  if (!blueprint.gate) {
    return (out, x, rows) => {
      toUp(up, x, rows);
      ops.gelu(up, rows * size);
      down(out, up, rows);
    };
  }
  const toGate = createLinear(ops, weights, blueprint.gate);
  const multiply = blueprint.activation === "silu" ? ops.siluMultiply : ops.geluMultiply;
  return (out, x, rows) => {
    toGate(gate, x, rows);
    toUp(up, x, rows);
    multiply(gate, up, rows * size);
    down(out, gate, rows);
  };
}
