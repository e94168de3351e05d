import {
  type AttentionPlan,
  partCount,
  partPitch,
  type RowKnobs,
} from "@sift-attention/sift-attention-kernels";
import { type KernelCase, keysBytes, scalesBytes } from "../cases/kernel-case.ts";
import type { KernelName } from "../run/kernel-name.ts";

const F32_BYTES = 4;
const STATISTICS_BYTES = 16;
/** Numbers that a part leaves for each head beside its output. */
const PART_STATISTICS = 5;

/** What of a plan decides the traffic. */
export type CountedPlan = Pick<AttentionPlan, "blocks" | "full" | "attend">;

/** A step whose traffic is counted. */
export interface CountedStep {
  readonly kernel: KernelName;
  readonly kernelCase: KernelCase;
  /** Value rows read, as a share of the context. */
  readonly keptUnion: number;
  readonly plan: CountedPlan;
}

/**
 * Bytes that the step moves at least once between device memory and kernels: key rows, value rows of the union, scores
 * written and read, statistics and partial sums of the parts written and read but by a sift in one pass, scales of whole numbers, queries, output and statistics. What
 * stays in caches between two of its dispatches counts as well; a second read of the same rows does not.
 */
export function stepBytes(step: CountedStep): number {
  const keys = keysBytes(step.kernelCase) + scalesBytes(step.kernelCase);
  switch (step.kernel) {
    case "read-keys":
      return keysBytes(step.kernelCase);
    case "read-keys-values":
      return 2 * keysBytes(step.kernelCase);
    case "scores":
      return keys + scoresBytes(step) + edgeBytes(step) / 2;
    case "full":
      return 2 * keys + partialsBytes(step, step.plan.full) + edgeBytes(step);
    default:
      return siftedBytes(step);
  }
}

function siftedBytes(step: CountedStep): number {
  const keys = keysBytes(step.kernelCase);
  const scales = 2 * scalesBytes(step.kernelCase);
  const readsScores = step.kernel === "top-k" ? 2 : 1; // once at least to find the cut, once to apply it
  const passesOn = step.kernel === "sifted-sampled" ? 0 : 1 + readsScores;
  const scores = passesOn * scoresBytes(step);
  const partials = partialsBytes(step, step.plan.attend);
  return (1 + step.keptUnion) * keys + scales + scores + partials + edgeBytes(step);
}

/** The scores of every key once, with the unused columns of a head block. */
function scoresBytes({ kernelCase, plan }: CountedStep): number {
  const { headBlocks, blockPitch } = plan.blocks;
  return kernelCase.batch * headBlocks * kernelCase.context * blockPitch * F32_BYTES;
}

/** Partial outputs and their statistics, written and read. */
function partialsBytes({ kernelCase, plan }: CountedStep, knobs: RowKnobs): number {
  const { headBlocks, blockHeads, blockPitch } = plan.blocks;
  const rows = headBlocks * kernelCase.batch;
  const slots = knobs.workgroup / knobs.lanes;
  const chunk = "tile" in knobs ? Number(knobs.tile) : slots * knobs.rows;
  const pitch = partPitch(knobs.workgroups, headBlocks, kernelCase.batch);
  const parts = partCount(kernelCase.context, chunk, pitch);
  const { headDim } = kernelCase.shape.geometry;
  return 2 * rows * parts * (blockHeads * headDim + PART_STATISTICS * blockPitch) * F32_BYTES;
}

/** Queries, output and statistics. */
function edgeBytes({ kernelCase }: CountedStep): number {
  const { queryHeads, headDim } = kernelCase.shape.geometry;
  return kernelCase.batch * queryHeads * (2 * headDim * F32_BYTES + STATISTICS_BYTES);
}
