import type { AttentionPlan } from "../plan/attention-plan.ts";
import type { RowKnobs } from "../tuning/tuning.ts";
import type { SubgroupSize } from "../variant.ts";
import { defaultPlan, largeDevice } from "./default-plan.ts";

/** What checks of the score pass by matrices differ in. */
export interface MatrixScoreShape {
  /** Query heads per KV head. */
  readonly group: number;
  readonly headDim: number;
  readonly capacity: number;
  readonly subgroupSize: SubgroupSize;
  readonly knobs: RowKnobs;
  readonly slots?: number;
  readonly kvHeads?: number;
}

/** A plan of two slots and two KV heads, by matrices or without. */
export function matrixScorePlan(shape: MatrixScoreShape, matrix = true): AttentionPlan {
  const { group, headDim, capacity, subgroupSize, knobs, slots = 2, kvHeads = 2 } = shape;
  const geometry = { queryHeads: kvHeads * group, kvHeads, headDim };
  const variant = { subgroupSize, nativeF16: false, matrix };
  const options = { geometry, kvType: "f16", slots, capacity } as const;
  return { ...defaultPlan(largeDevice, options, variant), variant, scores: knobs };
}
