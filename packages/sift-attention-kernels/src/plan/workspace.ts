import { mostParts } from "../kernels/part-count.ts";
import { partialLength } from "../kernels/shared-constants.ts";
import { selectShapes } from "../select/select-shapes.ts";
import type { RowKnobs } from "../tuning/tuning.ts";
import { valuePartials } from "../value-sums/plan-value-sums.ts";
import type { AttentionPlan } from "./attention-plan.ts";

/** Buffers that pass numbers from one kernel to the next; all bindings share them. */
export type WorkspaceName =
  | "scores"
  | "score_stats"
  | "partials"
  | "partial_stats"
  | "cuts"
  | "histograms"
  | "candidates";

/** Counts of 4-byte numbers, [shape] by name. */
export type WorkspaceShapes = Readonly<Record<WorkspaceName, readonly number[]>>;

const partStats = 5; // numbers that a part leaves for each head

/** The shapes of the workspace for the largest step of a plan. */
export function workspaceShapes(plan: AttentionPlan): WorkspaceShapes {
  const { batch, capacity, geometry } = plan.options;
  const { headBlocks, blockPitch } = plan.blocks;
  const parts = ({ workgroups }: RowKnobs) => mostParts(workgroups, headBlocks, batch);
  const numbers = (knobs: RowKnobs) => parts(knobs) * partialLength(plan, knobs);
  return {
    scores: [batch, headBlocks, capacity, blockPitch],
    score_stats: [parts(plan.scores), blockPitch, 2],
    partials: [Math.max(numbers(plan.full), numbers(plan.attend), valuePartials(plan))],
    partial_stats: [Math.max(parts(plan.full), parts(plan.attend)), partStats, blockPitch],
    cuts: [batch, geometry.queryHeads, 2],
    ...selectShapes(plan),
  };
}
