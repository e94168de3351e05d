import type { ResolvedOptions } from "../resolve-options.ts";
import type { AttendKnobs, MergeKnobs, RowKnobs } from "../tuning/tuning.ts";
import type { Variant } from "../variant.ts";
import type { HeadBlocks } from "./head-blocks.ts";

/** Limits of the device that kernels are sized by. */
export interface PlanLimits {
  readonly workgroupBytes: number;
  readonly workgroupInvocations: number;
  readonly bindingBytes: number;
}

/** Everything that decides the kernels' text and grids, as plain data; two equal plans have equal shaders. */
export interface AttentionPlan {
  readonly options: ResolvedOptions;
  readonly variant: Variant;
  readonly limits: PlanLimits;
  readonly blocks: HeadBlocks;
  readonly scores: RowKnobs;
  readonly full: RowKnobs;
  readonly attend: AttendKnobs;
  /** Of the one-pass sift: `attend`, made to fit beside the scores of a tile. */
  readonly sampled: AttendKnobs;
  readonly merge: MergeKnobs;
  /** Steps of fewer keys, sequences × longest context, are sifted as full attention; 0 never is. */
  readonly denseBelow: number;
}
