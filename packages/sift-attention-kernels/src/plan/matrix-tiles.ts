import type { AttentionPlan } from "./attention-plan.ts";

const tileRows = 16; // keys, and dimensions, of a product

/** How the score pass multiplies matrices. */
export interface MatrixTiles {
  /** Tiles of 16 keys that a subgroup has in flight. */
  readonly tiles: number;
  /** Columns of a product: two for each query head of a block, 8 or 16 as devices have them. */
  readonly columns: 8 | 16;
}

type TiledPlan = Pick<AttentionPlan, "options" | "variant" | "limits" | "blocks" | "scores">;

/** Tiles for at least the keys that the same knobs keep in flight without matrices. */
export function matrixTiles({
  blocks,
  scores,
  variant,
}: Pick<TiledPlan, "blocks" | "scores" | "variant">): MatrixTiles {
  const keysInFlight = (variant.subgroupSize / scores.lanes) * scores.rows;
  return {
    tiles: Math.max(1, Math.ceil(keysInFlight / tileRows)),
    columns: 2 * blocks.blockPitch <= 8 ? 8 : 16,
  };
}

/** Workgroup memory of the kernel: the columns of the queries, two pieces of sums, statistics. */
function kernelBytes(plan: TiledPlan): number {
  const { tiles, columns } = matrixTiles(plan);
  const { workgroup } = plan.scores;
  const sums = (workgroup / plan.variant.subgroupSize) * tiles * tileRows * columns;
  const queries = columns * plan.options.geometry.headDim * 2;
  return queries + 2 * sums * 4 + workgroup * 8 + plan.blocks.blockPitch * 4;
}

/** Whether every tile can be read whole, and a subgroup's lanes share the heads out evenly. */
function tilesFit(plan: TiledPlan): boolean {
  const { geometry, slots, capacity } = plan.options;
  const { tiles } = matrixTiles(plan);
  return (
    geometry.headDim % tileRows === 0 &&
    slots * geometry.kvHeads * capacity >= tiles * tileRows &&
    plan.variant.subgroupSize % plan.blocks.blockPitch === 0 &&
    plan.scores.workgroup % plan.variant.subgroupSize === 0
  );
}

/**
 * Whether scores are computed by products of matrices: where the variant asks for it, the head dimension is a multiple of
 * 16, the cache holds the rows of a tile, and the workgroup memory suffices. The plain kernel does the rest.
 */
export function usesMatrices(plan: TiledPlan): boolean {
  const { variant, options, limits } = plan;
  if (!variant.matrix || variant.subgroupSize === 0 || options.kvType !== "f16") return false;
  return tilesFit(plan) && kernelBytes(plan) <= limits.workgroupBytes;
}
