import type { MatrixPartLayout } from "../../gpu-weights/matrix-layout.ts";
import type { ResolvedLinear } from "./linear-shape.ts";
import type { LinearVariant } from "./linear-variant.ts";
import { planRows, rowBlocks } from "./plan-rows.ts";
import { planTile } from "./plan-tile.ts";
import type { PlannedLinear } from "./planned-linear.ts";

/** Rows up to which blocks of few rows are faster than tiles. */
const mostBlockRows = 32;

/** Kernels of one part for every number of rows, by falling number of rows in a block; the tile, where there is one, first. */
export function planPart(
  linear: ResolvedLinear,
  part: MatrixPartLayout,
  variant: LinearVariant,
): readonly PlannedLinear[] {
  const { maxRows } = linear.shape;
  const blocks = rowBlocks.filter(
    (rows, i) => rows <= maxRows || maxRows > (rowBlocks[i - 1] ?? 0),
  );
  const few = blocks.toReversed().map((rows) => planRows(linear, part, variant, rows));
  return maxRows > mostBlockRows ? [planTile(linear, part, variant), ...few] : few;
}

/** The index of the stage for a number of rows. */
export function stageFor(stages: readonly PlannedLinear[], rows: number): number {
  const hasTile = stages[0]!.blockRows > rowBlocks.at(-1)!;
  if (hasTile && rows > mostBlockRows) return 0;
  const fitting = stages.findLastIndex(({ blockRows }) => blockRows >= rows);
  return Math.max(fitting, hasTile ? 1 : 0);
}
