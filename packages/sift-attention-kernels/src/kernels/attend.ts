import { type ConstantValues, defineKernel, type ShaderFile } from "@sift-attention/gpu";
import type { AttentionPlan } from "../plan/attention-plan.ts";
import { type PlannedKernel, planKernel } from "../plan/planned-kernel.ts";
import keepByCut from "../preludes/keep-by-cut.wgsl";
import keepByThreshold from "../preludes/keep-by-threshold.wgsl";
import partialOutput from "../preludes/partial-output.wgsl";
import attendText from "./attend.wgsl";
import { partGrid } from "./part-grid.ts";
import { valueScales } from "./scale-bindings.ts";
import { shaderFeatures } from "./shader-features.ts";
import {
  headRowFile,
  kvFiles,
  lanesFile,
  partsFile,
  rankFile,
  statsFile,
  valueScaleFile,
} from "./shader-files.ts";
import {
  laneConstants,
  laneValues,
  leastHeadRows,
  placeConstants,
  placeValues,
  ringLength,
  roundElements,
  rowChunk,
  teamSize,
} from "./shared-constants.ts";

const constants = {
  ...placeConstants,
  ...laneConstants,
  TILE: "u32",
  RING: "u32",
  STAT_STEPS: "u32",
  HEAD_ROWS: "u32",
  ROUND_ELEMENTS: "u32",
  SCORE_WORKGROUPS: "u32",
  SCORE_CHUNK: "u32",
  ATTEND_WORKGROUPS: "u32",
  SUM_KEPT: "bool",
} as const;

/** Weighted sums of the value rows whose weight reaches the threshold of some head. */
export function planAttendSifted(plan: AttentionPlan): PlannedKernel {
  const spec = defineKernel({
    name: "attend-sifted",
    files: files(plan, { name: "keep-by-threshold.wgsl", text: keepByThreshold }),
    bindings: {
      values: "read",
      sequences: "read",
      scores: "read",
      score_stats: "read",
      log_thresholds: "read",
      partials: "read-write",
      partial_stats: "read-write",
      ...(plan.options.kvType === "i8" ? valueScales : undefined),
    },
    constants: { ...constants, KEEP_FIRST: "u32", KEEP_LAST: "u32" },
    features: shaderFeatures(plan),
  });
  const { keepFirst, keepLast } = plan.options;
  const values = { ...attendValues(plan), KEEP_FIRST: keepFirst, KEEP_LAST: keepLast };
  return planKernel(spec, values, grid(plan));
}

/** Weighted sums of the value rows that a cut of the scores keeps for some head. */
export function planAttendTopK(plan: AttentionPlan): PlannedKernel {
  const spec = defineKernel({
    name: "attend-top-k",
    files: files(plan, rankFile, { name: "keep-by-cut.wgsl", text: keepByCut }),
    bindings: {
      values: "read",
      sequences: "read",
      scores: "read",
      score_stats: "read",
      cuts: "read",
      partials: "read-write",
      partial_stats: "read-write",
      ...(plan.options.kvType === "i8" ? valueScales : undefined),
    },
    constants,
    features: shaderFeatures(plan),
  });
  return planKernel(spec, attendValues(plan), grid(plan));
}

function files(plan: AttentionPlan, ...rule: readonly ShaderFile[]): readonly ShaderFile[] {
  return [
    ...kvFiles(plan),
    valueScaleFile(plan, 7),
    headRowFile(plan),
    lanesFile(plan),
    partsFile,
    statsFile,
    { name: "partial-output.wgsl", text: partialOutput },
    ...rule,
    { name: "attend.wgsl", text: attendText },
  ];
}

function attendValues(plan: AttentionPlan): ConstantValues<typeof constants> {
  const headRows = Math.max(ringLength(plan.attend), leastHeadRows(plan, plan.attend));
  return {
    ...placeValues(plan),
    ...laneValues(plan, plan.attend),
    TILE: plan.attend.tile,
    RING: ringLength(plan.attend),
    STAT_STEPS: Math.max(0, Math.log2(teamSize(plan, plan.attend) / plan.blocks.blockPitch)),
    HEAD_ROWS: headRows,
    ROUND_ELEMENTS: roundElements(plan, plan.attend, headRows),
    SCORE_WORKGROUPS: plan.scores.workgroups,
    SCORE_CHUNK: rowChunk(plan.scores),
    ATTEND_WORKGROUPS: plan.attend.workgroups,
    SUM_KEPT: plan.options.droppedMass === "renormalise",
  };
}

function grid(plan: AttentionPlan): PlannedKernel["grid"] {
  return partGrid(plan, plan.attend.workgroups, plan.attend.tile);
}
