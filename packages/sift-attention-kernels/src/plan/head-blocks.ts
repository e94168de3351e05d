import { type AttentionGeometry, groupSize } from "@sift-attention/tensor";

const greatestBlock = 8; // query heads whose sums fit the registers of one workgroup

/** How the query heads of a KV head are shared out: one workgroup takes a block of them, so that a row is read once. */
export interface HeadBlocks {
  /** G: query heads per KV head. */
  readonly groupSize: number;
  /** Blocks per KV head. */
  readonly blocks: number;
  /** Query heads of a block; the last block of a KV head may have fewer. 1 to 8. */
  readonly blockHeads: number;
  /** `blockHeads` rounded up to 1, 2, 4 or 8. */
  readonly blockPitch: number;
  /** Blocks of all KV heads: the grid's y. Row kvHead · blocks + block. */
  readonly headBlocks: number;
}

/** The blocks of a geometry, as even as they can be. */
export function headBlocks(geometry: AttentionGeometry): HeadBlocks {
  const group = groupSize(geometry);
  const blocks = Math.ceil(group / greatestBlock);
  const blockHeads = Math.ceil(group / blocks);
  return {
    groupSize: group,
    blocks,
    blockHeads,
    blockPitch: 2 ** Math.ceil(Math.log2(blockHeads)),
    headBlocks: geometry.kvHeads * blocks,
  };
}
