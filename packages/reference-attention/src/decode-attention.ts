import { groupSize } from "@sift-attention/tensor";
import { type CheckedCall, checkCall, type DecodeCall } from "./decode-call.ts";
import { type HeadOutput, sumValues } from "./head-output.ts";
import { type HeadWeights, weighKeys } from "./head-weights.ts";
import { keepTest } from "./keep-test.ts";
import { createKeptSet, type KeptSet, keepKey, keptKeys, unionKept } from "./kept-set.ts";

/** Output and statistics of one query position. Under precision "f32" every number is a float32. */
export interface DecodeResult {
  /** [queryHeads, valueDim]. */
  readonly output: Float64Array;
  /** Capped and biased scaled q·k, −Infinity where a key is hidden: [queryHeads, contextLength]. */
  readonly scores: Float64Array;
  /** score − logSumExp, ≤ 0: [queryHeads, contextLength]. The sift rule compares these with ln θ. */
  readonly logWeights: Float64Array;
  /** exp(score − logSumExp) of all keys, dropped ones included: [queryHeads, contextLength]. */
  readonly weights: Float64Array;
  /** ln Σ exp(score) over the visible keys: [queryHeads]; −Infinity when a head sees none. */
  readonly logSumExp: Float64Array;
  /** Keys kept: [queryHeads]. */
  readonly kept: Uint32Array;
  /** Keys kept by any query head of a KV head, the value rows really read: [kvHeads]. */
  readonly unionKept: Uint32Array;
  /** d = Σ p over the dropped keys: [queryHeads], in [0, 1]; exactly 0 when none was dropped. */
  readonly droppedMass: Float64Array;
  /** Which keys each query head keeps. */
  readonly keptSet: KeptSet;
}

/**
 * Attention of one query position, by the definition: p = softmax(scale · q·k), o = Σ p·v, with the sums restricted to
 * the keys that the rule keeps (Koley, Singhania, Bhatele, arXiv 2506.05300, for "sift"). Sums run over keys and
 * dimensions in ascending order. A head that sees no key outputs 0.
 * @throws TensorError when the geometry or the length of an array does not fit.
 * @throws AttentionError "invalid-call" or "invalid-rule" when a number is out of its range.
 */
export function decodeAttention(call: DecodeCall): DecodeResult {
  const checked = checkCall(call);
  const heads = Array.from({ length: checked.geometry.queryHeads }, (_, head) => {
    const weighed = weighKeys(checked, head);
    const isKept = keepTest(checked.rule, weighed, head, checked.round);
    return { weighed, ...sumValues(checked, head, weighed, isKept) };
  });
  return collect(checked, heads);
}

type AttendedHead = HeadOutput & { readonly weighed: HeadWeights };

function collect({ geometry, contextLength }: CheckedCall, heads: AttendedHead[]): DecodeResult {
  const keptSet = createKeptSet(heads.length, contextLength);
  heads.forEach(({ kept }, head) => {
    for (const key of kept) keepKey(keptSet, head, key);
  });
  const union = unionKept(keptSet, groupSize(geometry));
  return {
    output: concatenate(heads.map(({ output }) => output)),
    scores: concatenate(heads.map(({ weighed }) => weighed.scores)),
    logWeights: concatenate(heads.map(({ weighed }) => weighed.logWeights)),
    weights: concatenate(heads.map(({ weighed }) => weighed.weights)),
    logSumExp: Float64Array.from(heads, ({ weighed }) => weighed.logSumExp),
    kept: Uint32Array.from(heads, ({ kept }) => kept.length),
    unionKept: Uint32Array.from({ length: union.heads }, (_, head) => keptKeys(union, head).length),
    droppedMass: Float64Array.from(heads, ({ droppedMass }) => droppedMass),
    keptSet,
  };
}

/** One after the other. */
export function concatenate(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
