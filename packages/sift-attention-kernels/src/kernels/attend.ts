import { defineKernel, type ShaderFile } from "@sift-attention/gpu";
import type { AttentionPlan } from "../plan/attention-plan.ts";
import { type PlannedKernel, planKernel } from "../plan/planned-kernel.ts";
import keepByCut from "../preludes/keep-by-cut.wgsl";
import keepByThreshold from "../preludes/keep-by-threshold.wgsl";
import partialOutput from "../preludes/partial-output.wgsl";
import attendText from "./attend.wgsl";
import { partGrid } from "./part-grid.ts";
import { shaderFeatures } from "./shader-features.ts";
import { headRowFile, kvFile, lanesFile, partsFile } from "./shader-files.ts";
import {
  laneConstants,
  laneValues,
  placeConstants,
  placeValues,
  roundSums,
  rowChunk,
  teamSize,
} from "./shared-constants.ts";

const roundBytes = 8192; // measured: larger rounds cost occupancy, smaller ones barriers

const constants = {
  ...placeConstants,
  ...laneConstants,
  TILE: "u32",
  RING: "u32",
  STAT_STEPS: "u32",
  ROUND_SUMS: "u32",
  SCORE_WORKGROUPS: "u32",
  SCORE_CHUNK: "u32",
  ATTEND_WORKGROUPS: "u32",
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
    files: files(plan, { name: "keep-by-cut.wgsl", text: keepByCut }),
    bindings: {
      values: "read",
      sequences: "read",
      scores: "read",
      score_stats: "read",
      cuts: "read",
      partials: "read-write",
      partial_stats: "read-write",
    },
    constants,
    features: shaderFeatures(plan),
  });
  return planKernel(spec, attendValues(plan), grid(plan));
}

function files(plan: AttentionPlan, rule: ShaderFile): readonly ShaderFile[] {
  return [
    kvFile(plan),
    headRowFile(plan),
    lanesFile(plan),
    partsFile,
    { name: "partial-output.wgsl", text: partialOutput },
    rule,
    { name: "attend.wgsl", text: attendText },
  ];
}

function attendValues(plan: AttentionPlan): Record<keyof typeof constants, number> {
  return {
    ...placeValues(plan),
    ...laneValues(plan, plan.attend),
    TILE: plan.attend.tile,
    RING: ringLength(plan),
    STAT_STEPS: Math.max(0, Math.log2(teamSize(plan, plan.attend) / plan.blocks.blockPitch)),
    ROUND_SUMS: roundSums(plan, plan.attend, spareBytes(plan)),
    SCORE_WORKGROUPS: plan.scores.workgroups,
    SCORE_CHUNK: rowChunk(plan.scores),
    ATTEND_WORKGROUPS: plan.attend.workgroups,
  };
}

/** Workgroup memory beside the survivors, their weights, counts and statistics. */
function spareBytes(plan: AttentionPlan): number {
  const { tile, workgroup } = plan.attend;
  const { blockPitch } = plan.blocks;
  const teams = workgroup / teamSize(plan, plan.attend);
  const exchanged = plan.variant.subgroupSize > 0 ? 0 : workgroup * 4;
  const used =
    ringLength(plan) * (1 + blockPitch) * 4 +
    (tile / workgroup) * teams * 8 +
    teams * blockPitch * 12 +
    blockPitch * 4;
  return Math.min(roundBytes, plan.limits.workgroupBytes - used - exchanged);
}

/** Places for survivors: those of a tile, those left of a round, and a round that is still being read. */
export function ringLength({ attend }: AttentionPlan): number {
  return 2 ** Math.ceil(Math.log2(attend.tile + 2 * rowChunk(attend)));
}

function grid(plan: AttentionPlan): PlannedKernel["grid"] {
  return partGrid(plan, plan.attend.workgroups, plan.attend.tile);
}
