import { groupSize } from "@sift-attention/tensor";
import type { CheckedCall } from "./decode-call.ts";
import { roundedLogSumExp } from "./log-sum-exp.ts";

/** How much one query head attends to each key. */
export interface HeadWeights {
  /** capped(scale · q·k) + bias: [contextLength]. */
  readonly scores: Float64Array;
  /** score − logSumExp: [contextLength]. */
  readonly logWeights: Float64Array;
  /** exp(score − logSumExp): [contextLength]. */
  readonly weights: Float64Array;
  readonly logSumExp: number;
  /** Keys whose score is above −Infinity, or NaN, ascending. */
  readonly visible: readonly number[];
}

/** The KV head that a query head reads: ⌊head / G⌋. */
export function kvHeadOf(call: CheckedCall, head: number): number {
  return Math.floor(head / groupSize(call.geometry));
}

export function weighKeys(call: CheckedCall, head: number): HeadWeights {
  const { contextLength, round } = call;
  const scores = Float64Array.from({ length: contextLength }, (_, key) => score(call, head, key));
  const visible = [...scores.keys()].filter((key) => scores[key] !== Number.NEGATIVE_INFINITY);
  const logSumExp = roundedLogSumExp(scores, round);
  const logWeights = new Float64Array(contextLength).fill(Number.NEGATIVE_INFINITY);
  for (const key of visible) logWeights[key] = round(scores[key]! - logSumExp);
  const weights = logWeights.map((logWeight) => round(Math.exp(logWeight)));
  return { scores, logWeights, weights, logSumExp, visible };
}

function score(call: CheckedCall, head: number, key: number): number {
  const { scale, softCap, bias, round } = call;
  const scaled = round(dot(call, head, key) * scale);
  const capped =
    softCap === undefined ? scaled : round(softCap * round(Math.tanh(round(scaled / softCap))));
  return bias === undefined ? capped : round(capped + bias[head * call.contextLength + key]!);
}

function dot(call: CheckedCall, head: number, key: number): number {
  const { query, keys, capacity, geometry, round } = call;
  const { headDim } = geometry;
  const queryStart = head * headDim;
  const keyStart = (kvHeadOf(call, head) * capacity + key) * headDim;
  let sum = 0;
  for (let i = 0; i < headDim; i++) {
    sum = round(sum + round(query[queryStart + i]! * keys[keyStart + i]!));
  }
  return sum;
}
