import type { ShaderFile } from "@sift-attention/gpu";
import type { AttentionPlan } from "../plan/attention-plan.ts";
import headRow1 from "../preludes/head-row-1.wgsl";
import headRow2 from "../preludes/head-row-2.wgsl";
import headRow4 from "../preludes/head-row-4.wgsl";
import headRow8 from "../preludes/head-row-8.wgsl";
import kvF16 from "../preludes/kv-f16.wgsl";
import kvF16Native from "../preludes/kv-f16-native.wgsl";
import kvF32 from "../preludes/kv-f32.wgsl";
import lanesSubgroup from "../preludes/lanes-subgroup.wgsl";
import lanesWorkgroup from "../preludes/lanes-workgroup.wgsl";
import mergeStats from "../preludes/merge-stats.wgsl";
import parts from "../preludes/parts.wgsl";
import rowProducts from "../preludes/row-products.wgsl";
import scoreRank from "../preludes/score-rank.wgsl";

const headRows: Readonly<Record<number, string>> = {
  1: headRow1,
  2: headRow2,
  4: headRow4,
  8: headRow8,
};

/** `parts.wgsl`: how a sequence is divided, and where its rows lie. */
export const partsFile: ShaderFile = { name: "parts.wgsl", text: parts };

/** `merge-stats.wgsl`: what parts of the scores leave, as one. */
export const statsFile: ShaderFile = { name: "merge-stats.wgsl", text: mergeStats };

/** `row-products.wgsl`: products of key rows with the queries of a block. */
export const rowProductsFile: ShaderFile = { name: "row-products.wgsl", text: rowProducts };

/** `score-rank.wgsl`: scores as whole numbers of the same order. */
export const rankFile: ShaderFile = { name: "score-rank.wgsl", text: scoreRank };

/** How a word of keys or values is unpacked: by data type, and by what the device can widen itself. */
export function kvFile({ options, variant }: AttentionPlan): ShaderFile {
  if (options.kvType === "f32") return { name: "kv-f32.wgsl", text: kvF32 };
  if (variant.nativeF16) return { name: "kv-f16-native.wgsl", text: kvF16Native };
  return { name: "kv-f16.wgsl", text: kvF16 };
}

/** How invocations exchange numbers: registers of a subgroup, or workgroup memory. */
export function lanesFile({ variant }: AttentionPlan): ShaderFile {
  if (variant.subgroupSize > 0) return { name: "lanes-subgroup.wgsl", text: lanesSubgroup };
  return { name: "lanes-workgroup.wgsl", text: lanesWorkgroup };
}

/** One number for each head of a block, as wide as the block. */
export function headRowFile({ blocks }: AttentionPlan): ShaderFile {
  const { blockPitch } = blocks;
  return { name: `head-row-${blockPitch}.wgsl`, text: headRows[blockPitch]! };
}
