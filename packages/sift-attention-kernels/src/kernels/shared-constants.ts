import type { AttentionPlan } from "../plan/attention-plan.ts";
import { kvWidth } from "../plan/kv-width.ts";
import type { AttendKnobs, RowKnobs } from "../tuning/tuning.ts";

const widestTeam = 32; // flags of a team are counted in one u32
const teamWithoutSubgroups = 16;

/** Header constants that `parts.wgsl` needs. */
export const placeConstants = {
  GROUP: "u32",
  KV_HEADS: "u32",
  QUERY_HEADS: "u32",
  HEAD_BLOCKS: "u32",
  BLOCKS: "u32",
  BLOCK_HEADS: "u32",
  BLOCK_PITCH: "u32",
  CAPACITY: "u32",
  HEAD_DIM: "u32",
} as const;

/** Header constants of kernels whose lanes walk over rows of keys or values. */
export const laneConstants = {
  WORKGROUP: "u32",
  LANES: "u32",
  LANE_BITS: "u32",
  LANE_WORDS: "u32",
  ROWS: "u32",
  TEAM: "u32",
  TEAM_BITS: "u32",
} as const;

/** The values of `placeConstants`. */
export function placeValues({
  options,
  blocks,
}: AttentionPlan): Record<keyof typeof placeConstants, number> {
  return {
    GROUP: blocks.groupSize,
    KV_HEADS: options.geometry.kvHeads,
    QUERY_HEADS: options.geometry.queryHeads,
    HEAD_BLOCKS: blocks.headBlocks,
    BLOCKS: blocks.blocks,
    BLOCK_HEADS: blocks.blockHeads,
    BLOCK_PITCH: blocks.blockPitch,
    CAPACITY: options.capacity,
    HEAD_DIM: options.geometry.headDim,
  };
}

/** Words of a row that each lane reads. */
export function laneWords(plan: AttentionPlan, { lanes }: RowKnobs): number {
  return Math.ceil(plan.options.geometry.headDim / kvWidth(plan.options) / lanes);
}

/** Numbers of one part's output: each lane's dimensions, for each head of a block. */
export function partialLength(plan: AttentionPlan, knobs: RowKnobs): number {
  return laneWords(plan, knobs) * kvWidth(plan.options) * knobs.lanes * plan.blocks.blockPitch;
}

/** Invocations that exchange numbers. */
export function teamSize({ variant }: AttentionPlan, { lanes, workgroup }: RowKnobs): number {
  const widest = Math.min(variant.subgroupSize || teamWithoutSubgroups, widestTeam, workgroup);
  return Math.max(widest, lanes);
}

/** The values of `laneConstants`. */
export function laneValues(
  plan: AttentionPlan,
  knobs: RowKnobs,
): Record<keyof typeof laneConstants, number> {
  const team = teamSize(plan, knobs);
  return {
    WORKGROUP: knobs.workgroup,
    LANES: knobs.lanes,
    LANE_BITS: Math.log2(knobs.lanes),
    LANE_WORDS: laneWords(plan, knobs),
    ROWS: knobs.rows,
    TEAM: team,
    TEAM_BITS: Math.log2(team),
  };
}

/** Times that adding up over lanes can halve the items of each: items and lanes are powers of two. */
export function halvings({ blocks }: AttentionPlan, { lanes, rows }: RowKnobs): number {
  return Math.min(Math.log2(lanes), Math.log2(rows * blocks.blockPitch));
}

/** Rows that a workgroup takes at a time. */
export function rowChunk({ workgroup, lanes, rows }: RowKnobs): number {
  return (workgroup / lanes) * rows;
}

/** Places of the attend kernel's ring: for the survivors of a tile behind those that did not fill a round. */
export function ringLength(knobs: AttendKnobs): number {
  return knobs.tile + rowChunk(knobs);
}

/** Dimensions of each lane that are added over the slots at a time: the most that `headRows` rows of memory hold. */
export function roundElements(plan: AttentionPlan, knobs: RowKnobs, headRows: number): number {
  const elements = laneWords(plan, knobs) * kvWidth(plan.options);
  const rowsEach = leastHeadRows(plan, knobs);
  for (let rounds = 1; rounds < elements; rounds++) {
    if (elements % rounds === 0 && (elements / rounds) * rowsEach <= headRows) {
      return elements / rounds;
    }
  }
  return 1;
}

/** Rows of memory that one dimension of each lane needs. */
export function leastHeadRows(plan: AttentionPlan, knobs: RowKnobs): number {
  return (knobs.workgroup / teamSize(plan, knobs)) * knobs.lanes;
}
