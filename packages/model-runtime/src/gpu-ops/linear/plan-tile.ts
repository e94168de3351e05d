import type { MatrixPartLayout } from "../../gpu-weights/matrix-layout.ts";
import type { ResolvedLinear } from "./linear-shape.ts";
import type { LinearVariant } from "./linear-variant.ts";
import { type PlannedLinear, planLinearKernel } from "./planned-linear.ts";
import linearTile from "./wgsl/linear-tile.wgsl";

/** How the kernel for many rows is cut. */
export interface TileKnobs {
  /** Rows of x, and weight rows, of a workgroup. */
  readonly tileRows: number;
  readonly tileOutputs: number;
  /** Fours of them that a lane multiplies. */
  readonly rowQuads: number;
  readonly outputQuads: number;
}

const chunk = 32; // columns in workgroup memory
const wantedWorkgroups = 128;

// From large to small; the last runs everywhere.
const choices: readonly TileKnobs[] = [
  { tileRows: 128, tileOutputs: 128, rowQuads: 2, outputQuads: 2 },
  { tileRows: 64, tileOutputs: 64, rowQuads: 1, outputQuads: 2 },
  { tileRows: 32, tileOutputs: 64, rowQuads: 1, outputQuads: 2 },
];

/** Invocations of a workgroup. */
function workgroupOf({ tileRows, tileOutputs, rowQuads, outputQuads }: TileKnobs): number {
  return (tileRows * tileOutputs) / (16 * rowQuads * outputQuads);
}

/** Bytes of workgroup memory that a tile takes. */
function tileBytes(knobs: TileKnobs, isLayer: boolean): number {
  const scratch = isLayer ? workgroupOf(knobs) * 4 : 0;
  return (knobs.tileRows + knobs.tileOutputs) * chunk * 4 + scratch;
}

/** The largest tile that fits the device and still leaves enough workgroups; the smallest that fits where none does. */
export function chooseTileKnobs(
  linear: ResolvedLinear,
  part: MatrixPartLayout,
  variant: LinearVariant,
): TileKnobs {
  const isLayer = linear.shape.norm?.kind === "layer";
  const fitting = choices.filter(
    (knobs) =>
      tileBytes(knobs, isLayer) <= variant.workgroupBytes &&
      workgroupOf(knobs) <= variant.workgroupInvocations,
  );
  const isFull = ({ tileRows, tileOutputs }: TileKnobs): boolean => {
    const tiles = Math.ceil(part.rows / tileOutputs);
    return tiles * Math.ceil(linear.shape.maxRows / tileRows) >= wantedWorkgroups;
  };
  return fitting.find(isFull) ?? fitting.at(-1)!;
}

/** The kernel that multiplies many rows with one part of a matrix. */
export function planTile(
  linear: ResolvedLinear,
  part: MatrixPartLayout,
  variant: LinearVariant,
  knobs: TileKnobs = chooseTileKnobs(linear, part, variant),
): PlannedLinear {
  const { tileRows, tileOutputs, rowQuads, outputQuads } = knobs;
  return planLinearKernel(linear, part, {
    name: "linear-tile",
    files: [{ name: "linear-tile.wgsl", text: linearTile }],
    knobs: {
      TILE_ROWS: tileRows,
      TILE_OUTPUTS: tileOutputs,
      ROW_QUADS: rowQuads,
      OUTPUT_QUADS: outputQuads,
    },
    workgroup: workgroupOf(knobs),
    features: [],
    blockRows: tileRows,
    tiles: Math.ceil(part.rows / tileOutputs),
  });
}
