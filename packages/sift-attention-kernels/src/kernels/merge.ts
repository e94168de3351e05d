import { defineKernel, type ShaderFile } from "@sift-attention/gpu";
import type { AttentionPlan } from "../plan/attention-plan.ts";
import { type PlannedKernel, planKernel } from "../plan/planned-kernel.ts";
import meanOfValues from "../preludes/mean-of-values.wgsl";
import meanUnused from "../preludes/mean-unused.wgsl";
import mergeFullText from "../preludes/merge-full.wgsl";
import mergeSampledText from "../preludes/merge-sampled.wgsl";
import mergeSiftedText from "../preludes/merge-sifted.wgsl";
import type { DroppedMass } from "../sift-attention-options.ts";
import type { AttendKnobs, RowKnobs } from "../tuning/tuning.ts";
import mergeText from "./merge.wgsl";
import { shaderFeatures } from "./shader-features.ts";
import { kvFiles, partsFile } from "./shader-files.ts";
import {
  laneWords,
  partialLength,
  placeConstants,
  placeValues,
  rowChunk,
} from "./shared-constants.ts";

/** `RENORMALISE` and `MEAN_VALUE` of merge-sifted.wgsl. */
const droppedMassNumbers: Readonly<Record<DroppedMass, number>> = {
  none: 0,
  renormalise: 1,
  "mean-value": 2,
};

const bindings = {
  partials: "read",
  partial_stats: "read",
  sequences: "read",
  output: "read-write",
  statistics: "read-write",
} as const;

const constants = {
  ...placeConstants,
  LANES: "u32",
  LANE_WORDS: "u32",
  COLUMNS: "u32",
  PART_ROWS: "u32",
} as const;

/** Output and statistics of full attention from its parts. */
export function planMergeFull(plan: AttentionPlan): PlannedKernel {
  const spec = defineKernel({
    name: "merge-full",
    files: files(
      plan,
      { name: "merge-full.wgsl", text: mergeFullText },
      { name: "mean-unused.wgsl", text: meanUnused },
    ),
    bindings,
    constants: { ...constants, FULL_WORKGROUPS: "u32", FULL_CHUNK: "u32" },
    features: shaderFeatures({ ...plan, variant: { ...plan.variant, subgroupSize: 0 } }),
  });
  const values = {
    ...mergeValues(plan, plan.full),
    FULL_WORKGROUPS: plan.full.workgroups,
    FULL_CHUNK: rowChunk(plan.full),
  };
  return planKernel(spec, values, grid(plan, plan.full));
}

/** Output and statistics of a sifted or a top-k step from its parts, the dropped mass treated as asked. */
export function planMergeSifted(plan: AttentionPlan): PlannedKernel {
  const file = { name: "merge-sifted.wgsl", text: mergeSiftedText };
  return planMergeKept(plan, { name: "merge-sifted", file, knobs: plan.attend });
}

/** Output and statistics of a one-pass sift from its parts. */
export function planMergeSampled(plan: AttentionPlan): PlannedKernel {
  const file = { name: "merge-sampled.wgsl", text: mergeSampledText };
  return planMergeKept(plan, { name: "merge-sampled", file, knobs: plan.sampled });
}

function planMergeKept(
  plan: AttentionPlan,
  step: { readonly name: string; readonly file: ShaderFile; readonly knobs: AttendKnobs },
): PlannedKernel {
  const { name, file, knobs } = step;
  const { droppedMass } = plan.options;
  const shared = {
    constants: {
      ...constants,
      ATTEND_WORKGROUPS: "u32",
      TILE: "u32",
      DROPPED_MASS: "u32",
    } as const,
    features: shaderFeatures({ ...plan, variant: { ...plan.variant, subgroupSize: 0 } }),
  };
  const values = {
    ...mergeValues(plan, knobs),
    ATTEND_WORKGROUPS: knobs.workgroups,
    TILE: knobs.tile,
    DROPPED_MASS: droppedMassNumbers[droppedMass],
  };
  if (droppedMass === "mean-value") {
    const mean = { name: "mean-of-values.wgsl", text: meanOfValues };
    const spec = defineKernel({
      ...shared,
      name: `${name}-mean`,
      files: files(plan, file, mean),
      bindings: { ...bindings, value_sums: "read" },
    });
    return planKernel(spec, values, grid(plan, knobs));
  }
  const spec = defineKernel({
    ...shared,
    name,
    files: files(plan, file, { name: "mean-unused.wgsl", text: meanUnused }),
    bindings,
  });
  return planKernel(spec, values, grid(plan, knobs));
}

function files(plan: AttentionPlan, step: ShaderFile, mean: ShaderFile): readonly ShaderFile[] {
  return [...kvFiles(plan), partsFile, step, mean, { name: "merge.wgsl", text: mergeText }];
}

function mergeValues(plan: AttentionPlan, knobs: RowKnobs): Record<keyof typeof constants, number> {
  return {
    ...placeValues(plan),
    LANES: knobs.lanes,
    LANE_WORDS: laneWords(plan, knobs),
    COLUMNS: plan.merge.columns,
    PART_ROWS: plan.merge.rows,
  };
}

function grid(plan: AttentionPlan, knobs: RowKnobs): PlannedKernel["grid"] {
  const columns = Math.ceil(partialLength(plan, knobs) / 4 / plan.merge.columns);
  return { x: () => columns, y: plan.blocks.headBlocks };
}
