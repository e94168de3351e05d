import type { Gpu, GpuBuffer, Kernel } from "@sift-attention/gpu";
import { encodeF16Array } from "@sift-attention/tensor";
import { partCount, partPitch } from "../kernels/part-count.ts";
import { rowChunk } from "../kernels/shared-constants.ts";
import { packSequences } from "../pack-sequences.ts";
import type { AttentionPlan } from "../plan/attention-plan.ts";
import type { PlannedKernel } from "../plan/planned-kernel.ts";
import { workspaceShapes } from "../plan/workspace.ts";
import { type AttentionCase, firstRow } from "./attention-case.ts";
import { stepOf } from "./attention-rig.ts";

/** What a score pass gives, by query head of each sequence in turn. */
export interface HeadScores {
  /** [visible]. */
  readonly scores: Float64Array;
  /** ln Σ exp(score), of the statistics of the parts. */
  readonly logSumExp: number;
}

/** ln Σ exp of numbers that stand for `counts` exponentials each. */
function logSum(numbers: ArrayLike<number>, counts: (i: number) => number = () => 1): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < numbers.length; i++) top = Math.max(top, numbers[i]!);
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += counts(i) * Math.exp(numbers[i]! - top);
  return top + Math.log(sum);
}

function heads({ options, sequences }: AttentionCase): { z: number; head: number }[] {
  const { queryHeads } = options.geometry;
  return sequences.flatMap((_, z) =>
    Array.from({ length: queryHeads }, (_, head) => ({ z, head })),
  );
}

/** The scores and their log-sum-exp in float64. */
export function exactScores(attentionCase: AttentionCase): readonly HeadScores[] {
  const { options, sequences, queries, keys } = attentionCase;
  const { queryHeads, kvHeads, headDim } = options.geometry;
  return heads(attentionCase).map(({ z, head }) => {
    const { slot, contextLength, firstKey = 0 } = sequences[z]!;
    const row = firstRow(options, slot, Math.floor((head * kvHeads) / queryHeads)) + firstKey;
    const query = (z * queryHeads + head) * headDim;
    const scores = new Float64Array(contextLength - firstKey).map((_, i) => {
      let sum = 0;
      for (let d = 0; d < headDim; d++) sum += queries[query + d]! * keys[(row + i) * headDim + d]!;
      return options.scale * sum;
    });
    return { scores, logSumExp: logSum(scores) };
  });
}

type Workspace = { readonly [Name in "scores" | "score_stats"]: Float32Array };

/** A kernel of the score pass that is ready for many cases. */
export interface ScorePass {
  readonly plan: AttentionPlan;
  readonly planned: PlannedKernel;
  readonly kernel: Kernel;
}

export async function compileScores(
  gpu: Gpu,
  plan: AttentionPlan,
  planned: PlannedKernel,
): Promise<ScorePass> {
  return { plan, planned, kernel: await planned.compile(gpu) };
}

/** Runs one dispatch over a case, on buffers of its own. */
async function dispatch(
  gpu: Gpu,
  { plan, planned, kernel }: ScorePass,
  attentionCase: AttentionCase,
): Promise<Workspace> {
  const storage = (label: string, dtype: "f32" | "u32", shape: readonly number[]): GpuBuffer =>
    gpu.createBuffer({ label, dtype, shape, usage: "storage" });
  const shapes = workspaceShapes(plan);
  const { queries, keys, sequences } = attentionCase;
  const buffers = {
    queries: storage("queries", "f32", [queries.length]),
    keys: storage("keys", "u32", [keys.length / 2]),
    sequences: storage("sequences", "u32", [plan.options.batch, 4]),
    scores: storage("scores", "f32", shapes.scores),
    score_stats: storage("score_stats", "f32", shapes.score_stats),
  };
  try {
    gpu.write(buffers.queries, queries);
    gpu.write(buffers.keys, encodeF16Array(keys));
    gpu.write(buffers.sequences, packSequences(plan.options, sequences));
    const group = kernel.bind(buffers);
    const step = stepOf(attentionCase);
    gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      kernel.record(pass, group, [planned.grid.x(step), planned.grid.y, step.sequences]);
      pass.end();
    });
    return {
      scores: await gpu.read(buffers.scores as GpuBuffer<"f32">),
      score_stats: await gpu.read(buffers.score_stats as GpuBuffer<"f32">),
    };
  } finally {
    for (const buffer of Object.values(buffers)) buffer.dispose();
  }
}

/** Where a query head's numbers stand: row of the grid and column. */
function columnOf({ blocks }: AttentionPlan, z: number, head: number) {
  const { groupSize, blockHeads } = blocks;
  const inGroup = head % groupSize;
  const block = Math.floor(head / groupSize) * blocks.blocks + Math.floor(inGroup / blockHeads);
  return { row: z * blocks.headBlocks + block, column: inGroup % blockHeads };
}

/** The scores and the log-sum-exp that a kernel of the score pass leaves. */
export async function runScores(
  gpu: Gpu,
  pass: ScorePass,
  attentionCase: AttentionCase,
): Promise<readonly HeadScores[]> {
  const { plan } = pass;
  const { scores, score_stats } = await dispatch(gpu, pass, attentionCase);
  const { blockPitch, headBlocks } = plan.blocks;
  const { sequences } = attentionCase;
  const pitch = partPitch(plan.scores.workgroups, headBlocks, sequences.length);
  return heads(attentionCase).map(({ z, head }) => {
    const { row, column } = columnOf(plan, z, head);
    const { contextLength, firstKey = 0 } = sequences[z]!;
    const visible = contextLength - firstKey;
    const parts = partCount(visible, rowChunk(plan.scores), pitch);
    const stat = (part: number) => ((row * pitch + part) * blockPitch + column) * 2;
    const own = Float64Array.from(
      { length: visible },
      (_, i) => scores[(row * plan.options.capacity + i) * blockPitch + column]!,
    );
    const tops = Array.from({ length: parts }, (_, part) => score_stats[stat(part)]!);
    return { scores: own, logSumExp: logSum(tops, (part) => score_stats[stat(part) + 1]!) };
  });
}

/** The largest errors of a score pass. */
export interface ScoreErrors {
  readonly scores: number;
  readonly logSumExp: number;
}

/** How far two score passes differ at most; NaN where one is not a number. */
export function scoreErrors(
  expected: readonly HeadScores[],
  got: readonly HeadScores[],
): ScoreErrors {
  let scores = 0;
  let logSumExp = 0;
  for (const [i, head] of expected.entries()) {
    for (let key = 0; key < head.scores.length; key++) {
      scores = Math.max(scores, Math.abs(head.scores[key]! - got[i]!.scores[key]!));
    }
    logSumExp = Math.max(logSumExp, Math.abs(head.logSumExp - got[i]!.logSumExp));
  }
  return { scores, logSumExp };
}
