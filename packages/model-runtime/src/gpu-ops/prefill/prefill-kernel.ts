import {
  type BindingKinds,
  type ConstantValues,
  defineKernel,
  type KernelSpec,
  type ShaderFile,
} from "@sift-attention/gpu";
import { rowPlaceFile } from "../row-places/row-place.ts";
import { scalePitch } from "../row-scales/row-scales.ts";
import kvWordF16Text from "./kv-word-f16.wgsl";
import kvWordF32Text from "./kv-word-f32.wgsl";
import kvWordI8Text from "./kv-word-i8.wgsl";
import prefillText from "./prefill-attention.wgsl";
import type { PrefillKnobs, PrefillOptions } from "./prefill-options.ts";
import slotSubgroupText from "./slot-subgroup.wgsl";
import slotWorkgroupText from "./slot-workgroup.wgsl";

const bindings = {
  queries: "read",
  keys: "read",
  values: "read",
  places: "read",
  output: "read-write",
} as const;

const scales = { scales: "read" } as const;

const constants = {
  QUERY_HEADS: "u32",
  KV_HEADS: "u32",
  GROUP: "u32",
  HEAD_DIM: "u32",
  CAPACITY: "u32",
  WINDOW: "u32",
  VALUE_SCALES: "u32",
  SCALE: "f32",
  WORKGROUP: "u32",
  LANES: "u32",
  LANE_BITS: "u32",
  ROWS: "u32",
  LANE_ROWS: "u32",
  ROW_BITS: "u32",
  KEYS: "u32",
  KEY_GROUPS: "u32",
  TILE: "u32",
} as const;

export type PrefillConstants = typeof constants;

const noWindow = 2 ** 31; // more than any distance between positions

function kvWordFile({ kvType }: PrefillOptions): ShaderFile {
  if (kvType === "i8") return { name: "kv-word-i8.wgsl", text: kvWordI8Text };
  if (kvType === "f16") return { name: "kv-word-f16.wgsl", text: kvWordF16Text };
  return { name: "kv-word-f32.wgsl", text: kvWordF32Text };
}

function slotFile(subgroupSize: number): ShaderFile {
  if (subgroupSize > 0) return { name: "slot-subgroup.wgsl", text: slotSubgroupText };
  return { name: "slot-workgroup.wgsl", text: slotWorkgroupText };
}

/** The kernel for a type of cache, with or without subgroups. */
export function prefillKernel(
  options: PrefillOptions,
  subgroupSize: number,
): KernelSpec<BindingKinds, PrefillConstants> {
  return defineKernel({
    name: "prefill-attention",
    files: [
      rowPlaceFile,
      kvWordFile(options),
      slotFile(subgroupSize),
      { name: "prefill-attention.wgsl", text: prefillText },
    ],
    bindings: { ...bindings, ...(options.kvType === "i8" ? scales : undefined) },
    constants,
    features: subgroupSize > 0 ? ["subgroups"] : [],
  });
}

export function prefillConstants(
  options: PrefillOptions,
  knobs: PrefillKnobs,
): ConstantValues<PrefillConstants> {
  const { geometry, capacity, scale, window = noWindow } = options;
  const { queryHeads, kvHeads, headDim } = geometry;
  const { workgroup, lanes, rows, keys, keyGroups, tile } = knobs;
  return {
    QUERY_HEADS: queryHeads,
    KV_HEADS: kvHeads,
    GROUP: queryHeads / kvHeads,
    HEAD_DIM: headDim,
    CAPACITY: capacity,
    WINDOW: Math.min(window, noWindow),
    VALUE_SCALES: scalePitch(options),
    SCALE: scale * Math.LOG2E,
    WORKGROUP: workgroup,
    LANES: lanes,
    LANE_BITS: Math.log2(lanes),
    ROWS: rows,
    LANE_ROWS: Math.max(1, rows / lanes),
    ROW_BITS: Math.max(0, Math.log2(lanes / rows)),
    KEYS: keys,
    KEY_GROUPS: keyGroups,
    TILE: tile,
  };
}
