import type { AttentionGeometry } from "@sift-attention/tensor";
import type { KvType } from "../sift-attention-options.ts";
import type { Variant } from "../variant.ts";
import { headBlocks } from "./head-blocks.ts";
import { kvWidth } from "./kv-width.ts";

const leastLanes = 4; // the parts of an output are merged in words of four lanes
const bestLanes = 16; // measured at 128 dimensions of f16: 16 and 8 lanes tie, 4 are slower
const registers = 64; // sums that an invocation holds before they are spilled to memory

/** Counts of lanes that a variant can let share a row: powers of two up to its subgroups. */
export function possibleLanes({ subgroupSize }: Variant): readonly number[] {
  const most = subgroupSize === 0 ? bestLanes : Math.min(subgroupSize, 32);
  return [4, 8, 16, 32].filter((lanes) => lanes <= most);
}

/** What a lane's work costs beside the least possible: idle lanes at the end of a row, and sums that are spilled. */
function costOf(lanes: number, words: number, wordSums: number): number {
  const laneWords = Math.ceil(words / lanes);
  const spill = Math.max(1, (laneWords * wordSums) / registers);
  return ((laneWords * lanes) / words) * spill;
}

/** Lanes that share a row: few idle ones, few sums each, and near the best of what was measured. */
export function chooseLanes(geometry: AttentionGeometry, kvType: KvType, variant: Variant): number {
  const width = kvWidth({ geometry, kvType });
  const words = geometry.headDim / width;
  const wordSums = width * headBlocks(geometry).blockHeads;
  let best = leastLanes;
  for (const lanes of possibleLanes(variant)) {
    const isCheaper = costOf(lanes, words, wordSums) < costOf(best, words, wordSums);
    const isTie = costOf(lanes, words, wordSums) === costOf(best, words, wordSums);
    if (isCheaper || (isTie && lanes <= bestLanes)) best = lanes;
  }
  return best;
}
