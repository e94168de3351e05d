import { defineKernel } from "@sift-attention/gpu";
import type { AttentionPlan } from "../plan/attention-plan.ts";
import { usesMatrices } from "../plan/matrix-tiles.ts";
import { type PlannedKernel, planKernel } from "../plan/planned-kernel.ts";
import { partGrid } from "./part-grid.ts";
import scoresText from "./scores.wgsl";
import { planScoresMatrix } from "./scores-matrix.ts";
import { shaderFeatures } from "./shader-features.ts";
import { kvFile, lanesFile, partsFile, statsFile } from "./shader-files.ts";
import {
  halvings,
  laneConstants,
  laneValues,
  placeConstants,
  placeValues,
  rowChunk,
} from "./shared-constants.ts";

/** Scores of all visible keys, with the maximum and the sum of exponentials of each part. */
export function planScores(plan: AttentionPlan): PlannedKernel {
  if (usesMatrices(plan)) return planScoresMatrix(plan);
  const spec = defineKernel({
    name: "scores",
    files: [
      kvFile(plan),
      lanesFile(plan),
      partsFile,
      statsFile,
      { name: "scores.wgsl", text: scoresText },
    ],
    bindings: {
      queries: "read",
      keys: "read",
      sequences: "read",
      scores: "read-write",
      score_stats: "read-write",
    },
    constants: {
      ...placeConstants,
      ...laneConstants,
      HALVINGS: "u32",
      SCALE: "f32",
      SCORE_WORKGROUPS: "u32",
    },
    features: shaderFeatures(plan),
  });
  const values = {
    ...placeValues(plan),
    ...laneValues(plan, plan.scores),
    HALVINGS: halvings(plan, plan.scores),
    SCALE: plan.options.scale,
    SCORE_WORKGROUPS: plan.scores.workgroups,
  };
  return planKernel(spec, values, partGrid(plan, plan.scores.workgroups, rowChunk(plan.scores)));
}
