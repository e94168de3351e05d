import type { ShaderFile } from "@sift-attention/gpu";
import type { AttentionPlan } from "../plan/attention-plan.ts";
import { kvWidth } from "../plan/kv-width.ts";
import headRow1 from "../preludes/head-row-1.wgsl";
import headRow2 from "../preludes/head-row-2.wgsl";
import headRow4 from "../preludes/head-row-4.wgsl";
import headRow8 from "../preludes/head-row-8.wgsl";
import keyScales5 from "../preludes/key-scales-5.wgsl";
import keyScales6 from "../preludes/key-scales-6.wgsl";
import keyScales8 from "../preludes/key-scales-8.wgsl";
import kvF16 from "../preludes/kv-f16.wgsl";
import kvF16Native from "../preludes/kv-f16-native.wgsl";
import kvF32 from "../preludes/kv-f32.wgsl";
import kvI8 from "../preludes/kv-i8.wgsl";
import kvI8Narrow from "../preludes/kv-i8-narrow.wgsl";
import kvI8Wide from "../preludes/kv-i8-wide.wgsl";
import lanesSubgroup from "../preludes/lanes-subgroup.wgsl";
import lanesWorkgroup from "../preludes/lanes-workgroup.wgsl";
import mergeStats from "../preludes/merge-stats.wgsl";
import parts from "../preludes/parts.wgsl";
import rowProducts from "../preludes/row-products.wgsl";
import rowProductsI8 from "../preludes/row-products-i8.wgsl";
import sampleScalesI8 from "../preludes/sample-scales-i8.wgsl";
import sampleScalesNone from "../preludes/sample-scales-none.wgsl";
import scoreRank from "../preludes/score-rank.wgsl";
import valueScaleNone from "../preludes/value-scale-none.wgsl";
import valueScales3 from "../preludes/value-scales-3.wgsl";
import valueScales7 from "../preludes/value-scales-7.wgsl";
import valueScales9 from "../preludes/value-scales-9.wgsl";

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

/** Products of key rows with the queries of a block: of rows of whole numbers with their scales, which stand at `binding`. */
export function rowProductsFiles(
  { options }: AttentionPlan,
  binding: 5 | 6 | 8,
): readonly ShaderFile[] {
  if (options.kvType !== "i8") return [{ name: "row-products.wgsl", text: rowProducts }];
  const scales = { 5: keyScales5, 6: keyScales6, 8: keyScales8 }[binding];
  return [
    { name: `key-scales-${binding}.wgsl`, text: scales },
    { name: "row-products-i8.wgsl", text: rowProductsI8 },
  ];
}

/** How the scales of sampled key rows are read, where rows have scales. */
export function sampleScalesFile({ options }: AttentionPlan): ShaderFile {
  const isWhole = options.kvType === "i8";
  return { name: "sample-scales.wgsl", text: isWhole ? sampleScalesI8 : sampleScalesNone };
}

/** What a value row is multiplied by: 1, or its scale, which stands at `binding`. */
export function valueScaleFile({ options }: AttentionPlan, binding: 3 | 7 | 9): ShaderFile {
  if (options.kvType !== "i8") return { name: "value-scale-none.wgsl", text: valueScaleNone };
  const text = { 3: valueScales3, 7: valueScales7, 9: valueScales9 }[binding];
  return { name: `value-scales-${binding}.wgsl`, text };
}

/** `score-rank.wgsl`: scores as whole numbers of the same order. */
export const rankFile: ShaderFile = { name: "score-rank.wgsl", text: scoreRank };

/** How a word of keys or values is unpacked: by data type, and by what the device can widen itself. */
export function kvFiles({ options, variant }: AttentionPlan): readonly ShaderFile[] {
  if (options.kvType === "f32") return [{ name: "kv-f32.wgsl", text: kvF32 }];
  if (options.kvType === "i8") {
    return [
      kvWidth(options) === 16
        ? { name: "kv-i8-wide.wgsl", text: kvI8Wide }
        : { name: "kv-i8-narrow.wgsl", text: kvI8Narrow },
      { name: "kv-i8.wgsl", text: kvI8 },
    ];
  }
  if (variant.nativeF16) return [{ name: "kv-f16-native.wgsl", text: kvF16Native }];
  return [{ name: "kv-f16.wgsl", text: kvF16 }];
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
