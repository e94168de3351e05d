import { defineKernel } from "@sift-attention/gpu";
import type { AttentionPlan } from "../plan/attention-plan.ts";
import { type PlannedKernel, planKernel } from "../plan/planned-kernel.ts";
import keepByThreshold from "../preludes/keep-by-threshold.wgsl";
import partialOutput from "../preludes/partial-output.wgsl";
import { partGrid } from "./part-grid.ts";
import { keyScales, valueScales } from "./scale-bindings.ts";
import { shaderFeatures } from "./shader-features.ts";
import {
  headRowFile,
  kvFiles,
  lanesFile,
  partsFile,
  rowProductsFiles,
  sampleScalesFile,
  statsFile,
  valueScaleFile,
} from "./shader-files.ts";
import {
  halvings,
  laneConstants,
  laneValues,
  leastHeadRows,
  placeConstants,
  placeValues,
  ringLength,
  roundElements,
  teamSize,
} from "./shared-constants.ts";
import siftSampledText from "./sift-sampled.wgsl";

/** Keys, beside the exempt ones, that the log-sum-exp of a sequence is estimated from. */
export const sampledKeys = 64;

/** What the estimate is lowered by, in nats: a stricter rule than was asked for becomes rarer. */
export const estimateMargin = 0.25;

/** Output sums of each part of a sequence in one pass over its keys, by an estimate of the log-sum-exp. */
export function planSiftSampled(plan: AttentionPlan): PlannedKernel {
  const knobs = plan.sampled;
  const keyKnobs = { ...knobs, rows: keyRows(plan) };
  const spec = defineKernel({
    name: "sift-sampled",
    files: [
      ...kvFiles(plan),
      headRowFile(plan),
      lanesFile(plan),
      partsFile,
      statsFile,
      { name: "partial-output.wgsl", text: partialOutput },
      ...rowProductsFiles(plan, 8),
      sampleScalesFile(plan),
      valueScaleFile(plan, 9),
      { name: "keep-by-threshold.wgsl", text: keepByThreshold },
      { name: "sift-sampled.wgsl", text: siftSampledText },
    ],
    bindings: {
      queries: "read",
      keys: "read",
      values: "read",
      sequences: "read",
      log_thresholds: "read",
      partials: "read-write",
      partial_stats: "read-write",
      estimates: "read-write",
      ...(plan.options.kvType === "i8" ? { ...keyScales, ...valueScales } : undefined),
    },
    constants: {
      ...placeConstants,
      ...laneConstants,
      HALVINGS: "u32",
      SCALE: "f32",
      TILE: "u32",
      RING: "u32",
      VALUE_ROWS: "u32",
      STAT_STEPS: "u32",
      HEAD_ROWS: "u32",
      ROUND_ELEMENTS: "u32",
      ATTEND_WORKGROUPS: "u32",
      KEEP_FIRST: "u32",
      KEEP_LAST: "u32",
      SAMPLE: "u32",
      MARGIN: "f32",
    },
    features: shaderFeatures(plan),
  });
  const headRows = Math.max(ringLength(knobs), leastHeadRows(plan, knobs));
  const values = {
    ...placeValues(plan),
    ...laneValues(plan, keyKnobs),
    HALVINGS: halvings(plan, keyKnobs),
    SCALE: plan.options.scale,
    TILE: knobs.tile,
    RING: ringLength(knobs),
    VALUE_ROWS: knobs.rows,
    STAT_STEPS: Math.max(0, Math.log2(teamSize(plan, knobs) / plan.blocks.blockPitch)),
    HEAD_ROWS: headRows,
    ROUND_ELEMENTS: roundElements(plan, knobs, headRows),
    ATTEND_WORKGROUPS: knobs.workgroups,
    KEEP_FIRST: plan.options.keepFirst,
    KEEP_LAST: plan.options.keepLast,
    SAMPLE: sampledKeys,
    MARGIN: estimateMargin,
  };
  return planKernel(spec, values, partGrid(plan, knobs.workgroups, knobs.tile));
}

/** Key rows in flight: as in the score pass, as far as a tile has so many. */
function keyRows({ scores, sampled }: AttentionPlan): number {
  return Math.min(scores.rows, (sampled.tile * sampled.lanes) / sampled.workgroup);
}
