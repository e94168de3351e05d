import { ringLength, rowChunk } from "../kernels/shared-constants.ts";
import type { AttendKnobs, MergeKnobs, RowKnobs } from "../tuning/tuning.ts";
import type { HeadBlocks } from "./head-blocks.ts";

const leastRoundBytes = 2048; // smaller rounds of adding the slots up cost more barriers than they save
const leastTeam = 4;

/** Workgroup memory in which the full kernel adds its slots up: more costs occupancy, less costs barriers. */
export const fullRoundBytes = 8192;

/**
 * Workgroup memory of the score or the full kernel at most, whichever has more: statistics of each row; or sums of each
 * slot, where teams are no wider than slots, with statistics of each slot. Beside them a number that each invocation
 * exchanges.
 */
export function rowKernelBytes({ blockPitch }: HeadBlocks, knobs: RowKnobs): number {
  const { workgroup, lanes } = knobs;
  const scores = rowChunk(knobs) * blockPitch * 8;
  const sums = Math.max(fullRoundBytes, workgroup * blockPitch * 4);
  return Math.max(scores, sums + (workgroup / lanes) * blockPitch * 8) + workgroup * 4;
}

/** Workgroup memory of the attend kernel at most: survivors and their weights, counts and statistics of every team. */
export function attendKernelBytes({ blockPitch }: HeadBlocks, knobs: AttendKnobs): number {
  const { tile, workgroup } = knobs;
  const teams = workgroup / leastTeam;
  const counts = (tile / workgroup) * teams * 4;
  const statistics = (teams * 3 + 4) * blockPitch * 4;
  const exchanged = workgroup * 4;
  return (
    ringLength(knobs) * (1 + blockPitch) * 4 + counts + statistics + exchanged + leastRoundBytes
  );
}

/** Invocations per head that sum the statistics of the parts. */
export const statisticsRows = 16;

/** Workgroup memory of the merge kernel: four numbers an invocation, and statistics of every head. */
export function mergeKernelBytes(
  { blockPitch }: HeadBlocks,
  { columns, rows }: MergeKnobs,
): number {
  return columns * rows * 16 + statisticsRows * blockPitch * 20;
}
