import type { AttendKnobs, RowKnobs } from "../tuning/tuning.ts";
import type { HeadBlocks } from "./head-blocks.ts";

const leastRoundBytes = 4096; // smaller rounds of adding the slots up cost more barriers than they save

/** Workgroup memory of the score and the full kernel: statistics of every slot, and one number an invocation exchanged. */
export function rowBytes({ blockPitch }: HeadBlocks, { workgroup, lanes, rows }: RowKnobs): number {
  const slots = workgroup / lanes;
  return slots * rows * blockPitch * 8 + workgroup * 4 + leastRoundBytes;
}

/** Workgroup memory of the attend kernel: survivors with a weight for each head, counts, and statistics of every team. */
export function attendBytes({ blockPitch }: HeadBlocks, { tile, workgroup }: AttendKnobs): number {
  const teams = workgroup / 4; // at most: teams have four invocations or more
  const counts = (tile / workgroup) * teams * 4;
  return tile * (1 + blockPitch) * 4 + counts + teams * blockPitch * 16 + workgroup * 4;
}
