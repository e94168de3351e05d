import { defineKernel, type ShaderFile } from "@sift-attention/gpu";
import type { AttentionPlan } from "../plan/attention-plan.ts";
import { type PlannedKernel, planKernel } from "../plan/planned-kernel.ts";
import scoreWord1 from "../preludes/score-word-1.wgsl";
import scoreWord2 from "../preludes/score-word-2.wgsl";
import scoreWord4 from "../preludes/score-word-4.wgsl";
import { partGrid } from "./part-grid.ts";
import { keyScales } from "./scale-bindings.ts";
import scoresText from "./scores.wgsl";
import { shaderFeatures } from "./shader-features.ts";
import { kvFiles, lanesFile, partsFile, rowProductsFiles, statsFile } from "./shader-files.ts";
import {
  halvings,
  laneConstants,
  laneValues,
  placeConstants,
  placeValues,
  rowChunk,
} from "./shared-constants.ts";

const scoreWords: Readonly<Record<number, string>> = {
  1: scoreWord1,
  2: scoreWord2,
  4: scoreWord4,
};
const widestWord = 4; // of f32 numbers

/** As many of a key's scores as a lane ends with, in one word. */
function scoreWordFile(plan: AttentionPlan): ShaderFile {
  const laneItems = (plan.scores.rows * plan.blocks.blockPitch) >> halvings(plan, plan.scores);
  const width = Math.min(laneItems, plan.blocks.blockPitch, widestWord);
  return { name: `score-word-${width}.wgsl`, text: scoreWords[width]! };
}

/** Scores of all visible keys, with the maximum and the sum of exponentials of each part. */
export function planScores(plan: AttentionPlan): PlannedKernel {
  const spec = defineKernel({
    name: "scores",
    files: [
      ...kvFiles(plan),
      lanesFile(plan),
      partsFile,
      statsFile,
      ...rowProductsFiles(plan, 5),
      scoreWordFile(plan),
      { name: "scores.wgsl", text: scoresText },
    ],
    bindings: {
      queries: "read",
      keys: "read",
      sequences: "read",
      scores: "read-write",
      score_stats: "read-write",
      ...(plan.options.kvType === "i8" ? keyScales : undefined),
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
