import type { MatrixPartLayout } from "../../gpu-weights/matrix-layout.ts";
import { packedFormats, packedRow } from "../../gpu-weights/packed-format.ts";
import type { ResolvedLinear } from "./linear-shape.ts";
import type { LinearVariant } from "./linear-variant.ts";
import { type PlannedLinear, planLinearKernel } from "./planned-linear.ts";
import lanesSubgroup from "./wgsl/lanes-subgroup.wgsl";
import lanesWorkgroup from "./wgsl/lanes-workgroup.wgsl";
import linearRows from "./wgsl/linear-rows.wgsl";

/** How the kernel for few rows is cut. */
export interface RowsKnobs {
  /** Lanes of a team, a power of two. */
  readonly lanes: number;
  /** Weight rows of a team. */
  readonly teamRows: number;
  /** Units of each weight row on their way at a time. */
  readonly flight: number;
  readonly workgroup: number;
}

/** Rows of x that a workgroup of each variant multiplies. */
export const rowBlocks: readonly number[] = [1, 4, 8];

const lanesWithoutSubgroups = 16;
const wantedTeams = 1024; // 8 on each of 128 processors
const wantedWorkgroups = 256;
const wantedLoads = 8; // of 16 bytes on their way in a lane, with one row of x

/** The widest of some choices that leaves enough pieces, or the narrowest. */
function widest(choices: readonly number[], rows: number, pieces: number): number {
  return choices.find((choice) => rows / choice >= pieces) ?? choices.at(-1)!;
}

/** Knobs by the size of a part: enough workgroups first, then as many loads on their way as registers hold. */
export function chooseRowsKnobs(
  linear: ResolvedLinear,
  part: MatrixPartLayout,
  variant: LinearVariant,
  rows: number,
): RowsKnobs {
  const lanes = Math.min(variant.subgroupSize || lanesWithoutSubgroups, 32);
  const teamChoices = [4, 2, 1].filter((choice) => choice >= linear.gateWidth);
  const teamRows = widest(teamChoices, part.rows, wantedTeams);
  const teams = Math.ceil(part.rows / teamRows);
  const teamsOfWorkgroup = widest(
    [256, 128, 64].map((workgroup) => workgroup / lanes),
    teams,
    wantedWorkgroups,
  );
  const steps = Math.ceil(packedRow(part.format, linear.inputs).units / lanes);
  const loads = Math.ceil(packedFormats[part.format].unitBytes / 16) * teamRows;
  const few = rows === 1 ? 1 : rows / 2; // sums and rows of x take registers too
  const most = Math.max(1, Math.floor(wantedLoads / few / loads));
  const passes = Math.ceil(steps / most);
  return {
    lanes,
    teamRows,
    flight: Math.ceil(steps / passes),
    workgroup: teamsOfWorkgroup * lanes,
  };
}

/** The kernel that multiplies blocks of up to `rows` rows with one part of a matrix. */
export function planRows(
  linear: ResolvedLinear,
  part: MatrixPartLayout,
  variant: LinearVariant,
  rows: number,
  knobs: RowsKnobs = chooseRowsKnobs(linear, part, variant, rows),
): PlannedLinear {
  const { lanes, teamRows, flight, workgroup } = knobs;
  const bits = Math.log2(lanes);
  const halvings = Math.min(bits, Math.log2((teamRows * rows) / linear.gateWidth));
  const exchange =
    variant.subgroupSize > 0
      ? { name: "lanes-subgroup.wgsl", text: lanesSubgroup }
      : { name: "lanes-workgroup.wgsl", text: lanesWorkgroup };
  return planLinearKernel(linear, part, {
    name: "linear-rows",
    files: [exchange, { name: "linear-rows.wgsl", text: linearRows }],
    knobs: {
      ROWS: rows,
      LANES: lanes,
      LANE_BITS: bits,
      HALVINGS: halvings,
      TEAM_ROWS: teamRows,
      FLIGHT: flight,
    },
    workgroup,
    features: variant.subgroupSize > 0 ? ["subgroups"] : [],
    blockRows: rows,
    tiles: Math.ceil(part.rows / ((workgroup / lanes) * teamRows)),
  });
}
