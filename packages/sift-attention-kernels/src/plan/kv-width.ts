import type { AttentionGeometry } from "@sift-attention/tensor";
import type { KvType } from "../sift-attention-options.ts";
import { headBlocks } from "./head-blocks.ts";

/** What decides how wide a row is, and how many heads share it. */
export interface RowShape {
  readonly geometry: AttentionGeometry;
  readonly kvType: KvType;
}

// Measured on an H200: 16 bytes are a fifth faster than 8 with four query heads a key, a quarter slower with seven, whose
// sums do not fit the registers then. Rows that are no multiple of 16 numbers have no choice.
const wideI8 = 16;
const narrowI8 = 8;
const mostWideHeads = 4;

/** Numbers of keys or values that a lane loads at a time: 16 bytes of them, or 8. */
export function kvWidth({ geometry, kvType }: RowShape): number {
  if (kvType === "f32") return 4;
  if (kvType === "f16") return 8;
  const isWide =
    geometry.headDim % wideI8 === 0 && headBlocks(geometry).blockHeads <= mostWideHeads;
  return isWide ? wideI8 : narrowI8;
}
