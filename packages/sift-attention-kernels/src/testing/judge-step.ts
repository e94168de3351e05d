import {
  type DecodeCall,
  type DecodeResult,
  decodeAttention,
  type KeepRule,
  keptKeys,
  maxAbsDifference,
  roundingBound,
  thresholdBand,
} from "@sift-attention/reference-attention";
import { headBlocks } from "../plan/head-blocks.ts";
import type { ResolvedOptions } from "../resolve-options.ts";
import type { StepResult } from "./attention-rig.ts";

/** What the oracle and its float32 twin say of one sequence. */
export interface Judgement {
  readonly oracle: DecodeResult;
  readonly twin: DecodeResult;
}

/** The oracle's and the twin's results under one rule. */
export function judgementOf(
  { oracle, twin }: { readonly oracle: DecodeCall; readonly twin: DecodeCall },
  rule: KeepRule,
): Judgement {
  return {
    oracle: decodeAttention({ ...oracle, rule }),
    twin: decodeAttention({ ...twin, rule, precision: "f32" }),
  };
}

/** Keys kept by any query head of each head's block: [queryHeads]. */
export function blockUnions(
  { geometry }: Pick<ResolvedOptions, "geometry">,
  { keptSet }: DecodeResult,
): number[] {
  const { groupSize, blockHeads } = headBlocks(geometry);
  return Array.from({ length: geometry.queryHeads }, (_, head) => {
    const inGroup = head % groupSize;
    const firstInGroup = inGroup - (inGroup % blockHeads);
    const count = Math.min(blockHeads, groupSize - firstInGroup);
    const first = head - inGroup + firstInGroup;
    const heads = Array.from({ length: count }, (_, h) => first + h);
    return new Set(heads.flatMap((h) => keptKeys(keptSet, h))).size;
  });
}

/** How far rounding may move score − logSumExp, and with it a weight relative to itself. */
export function logWeightBound({ oracle, twin }: Judgement): number {
  return roundingBound(oracle.logWeights, twin.logWeights);
}

/** Whether no key lies so near to its head's threshold that rounding could move it across. */
export function isDecided(judgement: Judgement, logThresholds: ArrayLike<number>): boolean {
  const band = thresholdBand(judgement.oracle, logThresholds, logWeightBound(judgement));
  return band.words.every((word) => word === 0);
}

interface Compared {
  readonly expected: ArrayLike<number>;
  readonly twin: ArrayLike<number>;
  /** Added to the bound. */
  readonly allowance?: number;
}

function compare(name: string, got: ArrayLike<number>, compared: Compared): string[] {
  const { expected, twin, allowance = 0 } = compared;
  const bound = roundingBound(expected, twin) + allowance;
  const error = maxAbsDifference(expected, got);
  return error <= bound ? [] : [`${name}: expected an error of at most ${bound}, got ${error}`];
}

function compareCounts(name: string, got: number[], expected: ArrayLike<number>): string[] {
  const wanted = Array.from(expected);
  if (wanted.every((count, i) => count === got[i])) return [];
  return [`${name}: expected ${wanted.join(" ")}, got ${got.join(" ")}`];
}

/** Where the results of sequence z leave what rounding allows: nothing when all is right. */
export function judgeSequence(
  options: Pick<ResolvedOptions, "geometry">,
  z: number,
  { oracle, twin }: Judgement,
  result: Pick<StepResult, "output" | "statistics">,
): string[] {
  const { queryHeads, headDim } = options.geometry;
  const output = result.output.subarray(z * queryHeads * headDim, (z + 1) * queryHeads * headDim);
  const words = result.statistics.slice(z * queryHeads * 4, (z + 1) * queryHeads * 4);
  const floats = new Float32Array(words.buffer);
  const pair = (name: "logSumExp" | "output"): Compared => ({
    expected: oracle[name],
    twin: twin[name],
  });
  const column = (numbers: ArrayLike<number>, i: number): number[] =>
    Array.from({ length: queryHeads }, (_, head) => numbers[head * 4 + i]!);
  return [
    ...compareCounts("kept", column(words, 0), oracle.kept),
    ...compareCounts("union kept", column(words, 1), blockUnions(options, oracle)),
    ...compare("dropped mass", column(floats, 2), {
      expected: oracle.droppedMass,
      twin: twin.droppedMass,
      allowance: Math.max(...oracle.droppedMass) * logWeightBound({ oracle, twin }),
    }),
    ...compare("log-sum-exp", column(floats, 3), pair("logSumExp")),
    ...compare("output", output, pair("output")),
  ].map((complaint) => `sequence ${z}: ${complaint}`);
}
