import { type AttentionGeometry, expectGeometry, expectLength } from "@sift-attention/tensor";
import { expectPositive, expectWhole } from "./expect-number.ts";
import { expectRule } from "./expect-rule.ts";
import type { KeepRule } from "./keep-rule.ts";
import { inPrecision, type Precision, type Round, roundTo } from "./precision.ts";

/** Attention of one query position over the keys that it can see. */
export interface DecodeCall {
  readonly geometry: AttentionGeometry;
  /** N: keys visible, the query's own included, ≥ 1. */
  readonly contextLength: number;
  /** Rows allocated per KV head in `keys` and `values`, ≥ contextLength. Default contextLength. */
  readonly capacity?: number;
  /** Width of a value row, ≥ 1. Default headDim. */
  readonly valueDim?: number;
  /** Multiplies q·k. Default headDim^(−1/2). */
  readonly scale?: number;
  /** c > 0: scores become c · tanh(score / c). Default none. */
  readonly softCap?: number;
  /** Added to the capped scores: [queryHeads, contextLength]. −Infinity hides a key. Default none. */
  readonly bias?: ArrayLike<number>;
  /** [queryHeads, headDim]. */
  readonly query: ArrayLike<number>;
  /** [kvHeads, capacity, headDim]. */
  readonly keys: ArrayLike<number>;
  /** [kvHeads, capacity, valueDim]. */
  readonly values: ArrayLike<number>;
  /** Default full. */
  readonly rule?: KeepRule;
  /** Default "f64". */
  readonly precision?: Precision;
}

/** A call that was checked, with its defaults filled in and its inputs in its precision. */
export interface CheckedCall extends Required<Omit<DecodeCall, "bias" | "softCap" | "precision">> {
  readonly bias: ArrayLike<number> | undefined;
  readonly softCap: number | undefined;
  readonly round: Round;
}

/** @throws TensorError or AttentionError as `decodeAttention` does. */
export function checkCall(call: DecodeCall): CheckedCall {
  const { geometry, contextLength, precision = "f64", rule = { kind: "full" } } = call;
  expectGeometry(geometry);
  const { queryHeads, headDim } = geometry;
  const { capacity = contextLength, valueDim = headDim, scale = 1 / Math.sqrt(headDim) } = call;
  expectWhole("invalid-call", "contextLength", contextLength, 1);
  expectWhole("invalid-call", "capacity", capacity, contextLength);
  expectWhole("invalid-call", "valueDim", valueDim, 1);
  if (call.softCap !== undefined) expectPositive("invalid-call", "softCap", call.softCap);
  expectArrays(call, capacity, valueDim);
  expectRule(rule, queryHeads, contextLength);
  const round = roundTo(precision);
  return {
    geometry,
    contextLength,
    capacity,
    valueDim,
    scale: round(scale),
    softCap: call.softCap === undefined ? undefined : round(call.softCap),
    bias: call.bias && inPrecision(call.bias, precision),
    query: inPrecision(call.query, precision),
    keys: inPrecision(call.keys, precision),
    values: inPrecision(call.values, precision),
    rule,
    round,
  };
}

function expectArrays(call: DecodeCall, capacity: number, valueDim: number): void {
  const { queryHeads, kvHeads, headDim } = call.geometry;
  expectLength("query", [queryHeads, headDim], call.query);
  expectLength("keys", [kvHeads, capacity, headDim], call.keys);
  expectLength("values", [kvHeads, capacity, valueDim], call.values);
  if (call.bias) expectLength("bias", [queryHeads, call.contextLength], call.bias);
}
