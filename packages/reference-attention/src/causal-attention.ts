import { expectGeometry, expectLength } from "@sift-attention/tensor";
import { concatenate, type DecodeResult, decodeAttention } from "./decode-attention.ts";
import type { DecodeCall } from "./decode-call.ts";
import { expectWhole } from "./expect-number.ts";
import type { GivenRule, KeepRule } from "./keep-rule.ts";

/** Attention of consecutive query positions of one sequence, each over the keys up to its own. */
export interface CausalCall extends Omit<DecodeCall, "contextLength" | "bias" | "rule"> {
  /** Query positions, ≥ 1. */
  readonly rows: number;
  /** Position of row 0, ≥ 0: row r sees the keys 0 … firstPosition + r. */
  readonly firstPosition: number;
  /** Rows allocated per KV head, ≥ firstPosition + rows. Default just that. */
  readonly capacity?: number;
  /** [rows, queryHeads, headDim]. */
  readonly query: ArrayLike<number>;
  /** Default full. Arrays in it are one number a row and head: [rows, queryHeads]. */
  readonly rule?: Exclude<KeepRule, GivenRule>;
}

/** Output and statistics of consecutive query positions. */
export interface CausalResult {
  /** [rows, queryHeads, valueDim]. */
  readonly output: Float64Array;
  /** [rows, queryHeads]. */
  readonly logSumExp: Float64Array;
  /** Keys kept: [rows, queryHeads]. */
  readonly kept: Uint32Array;
  /** Keys kept by any query head of a KV head: [rows, kvHeads]. */
  readonly unionKept: Uint32Array;
  /** Σ p over the dropped keys: [rows, queryHeads]. */
  readonly droppedMass: Float64Array;
  /** Each row as `decodeAttention` gives it. */
  readonly rows: readonly DecodeResult[];
}

/**
 * `decodeAttention` of every row: prefill, or a chunk of it over a cache.
 * @throws TensorError or AttentionError as `decodeAttention` does.
 */
export function causalAttention(call: CausalCall): CausalResult {
  const { geometry, rows, firstPosition } = call;
  expectGeometry(geometry);
  expectWhole("invalid-call", "rows", rows, 1);
  expectWhole("invalid-call", "firstPosition", firstPosition, 0);
  expectLength("query", [rows, geometry.queryHeads, geometry.headDim], call.query);
  expectPerRow(call);
  const results = Array.from({ length: rows }, (_, row) => decodeAttention(rowCall(call, row)));
  return {
    output: concatenate(results.map(({ output }) => output)),
    logSumExp: concatenate(results.map(({ logSumExp }) => logSumExp)),
    kept: Uint32Array.from(results.flatMap(({ kept }) => [...kept])),
    unionKept: Uint32Array.from(results.flatMap(({ unionKept }) => [...unionKept])),
    droppedMass: concatenate(results.map(({ droppedMass }) => droppedMass)),
    rows: results,
  };
}

function expectPerRow({ rule, rows, geometry: { queryHeads } }: CausalCall): void {
  const shape = [rows, queryHeads];
  if (rule?.kind === "sift" && typeof rule.logThresholds !== "number") {
    expectLength("logThresholds", shape, rule.logThresholds);
  }
  if (rule?.kind === "top-k" && "k" in rule && typeof rule.k !== "number") {
    expectLength("k", shape, rule.k);
  }
}

function rowCall(call: CausalCall, row: number): DecodeCall {
  const { rows, firstPosition, rule, ...shared } = call;
  const { queryHeads, headDim } = call.geometry;
  return {
    ...shared,
    contextLength: firstPosition + row + 1,
    capacity: call.capacity ?? firstPosition + rows,
    query: slice(call.query, row * queryHeads * headDim, queryHeads * headDim),
    rule: rowRule(rule, row, queryHeads),
  };
}

function rowRule(
  rule: CausalCall["rule"] = { kind: "full" },
  row: number,
  heads: number,
): KeepRule {
  if (rule.kind === "sift" && typeof rule.logThresholds !== "number") {
    return { ...rule, logThresholds: slice(rule.logThresholds, row * heads, heads) };
  }
  if (rule.kind === "top-k" && "k" in rule && typeof rule.k !== "number") {
    return { ...rule, k: slice(rule.k, row * heads, heads) };
  }
  return rule;
}

function slice(values: ArrayLike<number>, start: number, length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => values[start + i]!);
}
