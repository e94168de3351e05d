import { ringLength, rowChunk } from "../kernels/shared-constants.ts";
import type { AttendKnobs, MergeKnobs, RowKnobs } from "../tuning/tuning.ts";
import { type HeadBlocks, headBlocks } from "./head-blocks.ts";
import { kvWidth, type RowShape } from "./kv-width.ts";

const leastRoundBytes = 2048; // smaller rounds of adding the slots up cost more barriers than they save
const leastTeam = 4;

const mostRoundBytes = 8192; // of the full kernel: more costs occupancy, less costs barriers
const fullBytes = 12288; // for its queries and its rounds, so that both fit the least device

/**
 * Workgroup memory of the queries of a block, every dimension that a lane has, idle ones too: f32, or two halves of 8 bits
 * and the greatest numbers that teams found.
 */
export function queryBytes(shape: RowShape, { lanes, workgroup }: RowKnobs): number {
  const { geometry, kvType } = shape;
  const step = lanes * kvWidth(shape);
  const numbers = Math.ceil(geometry.headDim / step) * step * headBlocks(geometry).blockHeads;
  return kvType === "i8" ? numbers * 2 + workgroup : numbers * 4;
}

/** Workgroup memory in which the full kernel adds its slots up. */
export function fullRoundBytes(shape: RowShape, knobs: RowKnobs): number {
  return Math.min(mostRoundBytes, fullBytes - queryBytes(shape, knobs));
}

/**
 * Workgroup memory of the score or the full kernel at most, whichever has more: statistics of each row; or sums of each
 * slot, where teams are no wider than slots, with statistics of each slot. Beside them the queries, and a number that each
 * invocation exchanges.
 */
export function rowKernelBytes(shape: RowShape, knobs: RowKnobs): number {
  const { workgroup, lanes } = knobs;
  const { blockPitch } = headBlocks(shape.geometry);
  const scores = rowChunk(knobs) * blockPitch * 8;
  const sums = Math.max(fullRoundBytes(shape, knobs), workgroup * blockPitch * 4);
  const slots = sums + (workgroup / lanes) * blockPitch * 8;
  return Math.max(scores, slots) + queryBytes(shape, knobs) + workgroup * 4;
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

/** Workgroup memory of the one-pass sift at most: also the queries and the scores of a tile. */
export function sampledKernelBytes(shape: RowShape, knobs: AttendKnobs): number {
  const blocks = headBlocks(shape.geometry);
  const scores = knobs.tile * blocks.blockPitch * 4;
  const flags = (knobs.workgroup / leastTeam) * 4;
  return attendKernelBytes(blocks, knobs) + queryBytes(shape, knobs) + scores + flags;
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
