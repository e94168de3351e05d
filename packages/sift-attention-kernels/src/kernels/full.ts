import { defineKernel } from "@sift-attention/gpu";
import type { AttentionPlan } from "../plan/attention-plan.ts";
import { type PlannedKernel, planKernel } from "../plan/planned-kernel.ts";
import { fullRoundBytes } from "../plan/workgroup-bytes.ts";
import partialOutput from "../preludes/partial-output.wgsl";
import fullText from "./full.wgsl";
import { partGrid } from "./part-grid.ts";
import { keyScales, valueScales } from "./scale-bindings.ts";
import { shaderFeatures } from "./shader-features.ts";
import {
  headRowFile,
  kvFiles,
  lanesFile,
  partsFile,
  rowProductsFiles,
  valueScaleFile,
} from "./shader-files.ts";
import {
  halvings,
  laneConstants,
  laneValues,
  leastHeadRows,
  placeConstants,
  placeValues,
  roundElements,
  rowChunk,
} from "./shared-constants.ts";

/** Full attention of each part of a sequence, keys and values read once for all heads of a block. */
export function planFull(plan: AttentionPlan): PlannedKernel {
  const spec = defineKernel({
    name: "full",
    files: [
      ...kvFiles(plan),
      headRowFile(plan),
      lanesFile(plan),
      partsFile,
      { name: "partial-output.wgsl", text: partialOutput },
      ...rowProductsFiles(plan, 6),
      valueScaleFile(plan, 7),
      { name: "full.wgsl", text: fullText },
    ],
    bindings: {
      queries: "read",
      keys: "read",
      values: "read",
      sequences: "read",
      partials: "read-write",
      partial_stats: "read-write",
      ...(plan.options.kvType === "i8" ? { ...keyScales, ...valueScales } : undefined),
    },
    constants: {
      ...placeConstants,
      ...laneConstants,
      HALVINGS: "u32",
      LANE_HEADS: "u32",
      ROW_BITS: "u32",
      HEAD_ROWS: "u32",
      ROUND_ELEMENTS: "u32",
      SCALE: "f32",
      FULL_WORKGROUPS: "u32",
    },
    features: shaderFeatures(plan),
  });
  const roundRows = Math.floor(
    fullRoundBytes(plan.options, plan.full) / 4 / plan.blocks.blockPitch,
  );
  const headRows = Math.max(roundRows, leastHeadRows(plan, plan.full));
  const values = {
    ...placeValues(plan),
    ...laneValues(plan, plan.full),
    HALVINGS: halvings(plan, plan.full),
    LANE_HEADS: laneHeads(plan),
    ROW_BITS: rowBits(plan),
    HEAD_ROWS: headRows,
    ROUND_ELEMENTS: roundElements(plan, plan.full, headRows),
    SCALE: plan.options.scale,
    FULL_WORKGROUPS: plan.full.workgroups,
  };
  return planKernel(spec, values, partGrid(plan, plan.full.workgroups, rowChunk(plan.full)));
}

/** Heads among the items that a lane ends with. */
function laneHeads(plan: AttentionPlan): number {
  const { blockPitch } = plan.blocks;
  return Math.min((plan.full.rows * blockPitch) >> halvings(plan, plan.full), blockPitch);
}

/** Steps in which the maximum of a head goes round the lanes that hold its rows. */
function rowBits(plan: AttentionPlan): number {
  const rowLanes =
    ((plan.full.lanes >> halvings(plan, plan.full)) * plan.blocks.blockPitch) / laneHeads(plan);
  return Math.log2(plan.full.lanes / rowLanes);
}
