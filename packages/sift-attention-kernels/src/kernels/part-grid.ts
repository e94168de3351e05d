import type { AttentionPlan } from "../plan/attention-plan.ts";
import type { KernelGrid } from "../plan/planned-kernel.ts";
import { partCount, partPitch } from "./part-count.ts";

/** A workgroup for each part of the longest sequence of the step, by head block. */
export function partGrid({ blocks }: AttentionPlan, workgroups: number, chunk: number): KernelGrid {
  const { headBlocks } = blocks;
  return {
    x: ({ sequences, longestContext }) =>
      partCount(longestContext, chunk, partPitch(workgroups, headBlocks, sequences)),
    y: headBlocks,
  };
}
