import type { CheckedCall } from "./decode-call.ts";
import { type HeadWeights, kvHeadOf } from "./head-weights.ts";
import type { KeepTest } from "./keep-test.ts";
import { roundedLogSumExp } from "./log-sum-exp.ts";
import type { Round } from "./precision.ts";

/** What one query head made of the values. */
export interface HeadOutput {
  /** Keys kept, ascending. */
  readonly kept: readonly number[];
  /** Σ p over the visible keys that were not kept; exactly 0 when there are none. */
  readonly droppedMass: number;
  /** [valueDim]. */
  readonly output: Float64Array;
}

export function sumValues(
  call: CheckedCall,
  head: number,
  weighed: HeadWeights,
  isKept: KeepTest,
): HeadOutput {
  const kept = weighed.visible.filter(isKept);
  const dropped = weighed.visible.filter((key) => !isKept(key));
  const droppedMass = dropped.reduce((sum, key) => call.round(sum + weighed.weights[key]!), 0);
  const rule = droppedMassRule(call);
  const weights = rule === "renormalise" ? renormalised(call, weighed, kept) : weighed.weights;
  const output = new Float64Array(call.valueDim);
  for (const key of kept) addValue(call, head, key, weights[key]!, output);
  if (rule === "mean-value" && dropped.length > 0) {
    addWeighted(output, droppedMass, meanValue(call, head, weighed.visible), call.round);
  }
  return { kept, droppedMass, output };
}

function droppedMassRule({ rule }: CheckedCall): "none" | "renormalise" | "mean-value" {
  return rule.kind === "full" ? "none" : (rule.droppedMass ?? "none");
}

/** p / Σ_kept p as the softmax over the kept keys: the same number, and it stays right where both would underflow. */
function renormalised(
  { round }: CheckedCall,
  { scores }: HeadWeights,
  kept: readonly number[],
): Float64Array {
  const total = roundedLogSumExp(
    kept.map((key) => scores[key]!),
    round,
  );
  return scores.map((score) => round(Math.exp(round(score - total))));
}

function addValue(
  call: CheckedCall,
  head: number,
  key: number,
  weight: number,
  output: Float64Array,
): void {
  const { values, valueDim, capacity } = call;
  const start = (kvHeadOf(call, head) * capacity + key) * valueDim;
  const row = Float64Array.from({ length: valueDim }, (_, i) => values[start + i]!);
  addWeighted(output, weight, row, call.round);
}

function addWeighted(sum: Float64Array, weight: number, vector: Float64Array, round: Round): void {
  for (let i = 0; i < sum.length; i++) sum[i] = round(sum[i]! + round(weight * vector[i]!));
}

/** v̄: [valueDim]. */
function meanValue(call: CheckedCall, head: number, visible: readonly number[]): Float64Array {
  const sum = new Float64Array(call.valueDim);
  for (const key of visible) addValue(call, head, key, 1, sum);
  return sum.map((total) => call.round(total / visible.length));
}
