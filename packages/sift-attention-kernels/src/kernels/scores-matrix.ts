import { defineKernel, type KernelFeature, type ShaderFile } from "@sift-attention/gpu";
import type { AttentionPlan } from "../plan/attention-plan.ts";
import { matrixTiles } from "../plan/matrix-tiles.ts";
import { type PlannedKernel, planKernel } from "../plan/planned-kernel.ts";
import matrixProductsText from "../preludes/matrix-products.wgsl";
import { partGrid } from "./part-grid.ts";
import scoresMatrixText from "./scores-matrix.wgsl";
import { partsFile, statsFile } from "./shader-files.ts";
import { placeConstants, placeValues, rowChunk } from "./shared-constants.ts";

/** How matrices are loaded, multiplied and stored. */
export interface MatrixProducts {
  readonly file: ShaderFile;
  readonly features: readonly KernelFeature[];
}

/** The products of subgroups. */
export const subgroupProducts: MatrixProducts = {
  file: { name: "matrix-products.wgsl", text: matrixProductsText },
  features: ["shader-f16", "chromium-experimental-subgroup-matrix"],
};

/** `planScores` by products of matrices, for plans that `usesMatrices` admits: the same buffers, layouts and parts. */
export function planScoresMatrix(
  plan: AttentionPlan,
  products: MatrixProducts = subgroupProducts,
): PlannedKernel {
  const spec = defineKernel({
    name: "scores-matrix",
    files: [
      products.file,
      partsFile,
      statsFile,
      { name: "scores-matrix.wgsl", text: scoresMatrixText },
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
      WORKGROUP: "u32",
      SUBGROUP: "u32",
      TILES: "u32",
      COLUMNS: "u32",
      SCALE: "f32",
      SCORE_WORKGROUPS: "u32",
      SCORE_CHUNK: "u32",
    },
    features: products.features,
  });
  const { tiles, columns } = matrixTiles(plan);
  const values = {
    ...placeValues(plan),
    WORKGROUP: plan.scores.workgroup,
    SUBGROUP: plan.variant.subgroupSize,
    TILES: tiles,
    COLUMNS: columns,
    SCALE: plan.options.scale,
    SCORE_WORKGROUPS: plan.scores.workgroups,
    SCORE_CHUNK: rowChunk(plan.scores),
  };
  return planKernel(spec, values, partGrid(plan, plan.scores.workgroups, rowChunk(plan.scores)));
}
