import {
  type ConstantValues,
  defineKernel,
  type KernelSpec,
  type ShaderFile,
} from "@sift-attention/gpu";
import { ModelError } from "../../model-error.ts";
import { sumLanesFile } from "../norm/sum-lanes.ts";
import { rowPlaceFile } from "../row-places/row-place.ts";
import appendText from "./append.wgsl";
import type { AppendOptions } from "./append-options.ts";
import kvPairF16Text from "./kv-pair-f16.wgsl";
import kvPairF32Text from "./kv-pair-f32.wgsl";
import { coarseStep } from "./rotary-table.ts";

const bindings = {
  qkv: "read",
  places: "read",
  angles: "read",
  head_norms: "read",
  queries: "read-write",
  keys: "read-write",
  values: "read-write",
  value_sums: "read-write",
} as const;

const constants = {
  QUERY_HEADS: "u32",
  KV_HEADS: "u32",
  HEAD_DIM: "u32",
  CAPACITY: "u32",
  WINDOW: "u32",
  PAIRS: "u32",
  COARSE_STEP: "u32",
  INTERLEAVED: "bool",
  HEAD_NORMS: "bool",
  EPSILON: "f32",
} as const;

export type AppendBindings = typeof bindings;

const greatestHeadDim = 512; // two numbers for each of the 256 invocations that every device has

function kvPairFile({ kvType }: AppendOptions): ShaderFile {
  if (kvType === "f16") return { name: "kv-pair-f16.wgsl", text: kvPairF16Text };
  return { name: "kv-pair-f32.wgsl", text: kvPairF32Text };
}

/** The kernel for a type of cache. */
export function appendKernel(options: AppendOptions): KernelSpec<AppendBindings, typeof constants> {
  return defineKernel({
    name: "append",
    files: [
      rowPlaceFile,
      sumLanesFile,
      kvPairFile(options),
      { name: "append.wgsl", text: appendText },
    ],
    bindings,
    constants,
  });
}

function expectShape({ geometry: { headDim }, rotary }: AppendOptions): void {
  if (headDim % 2 !== 0 || headDim > greatestHeadDim) {
    throw new ModelError(
      "bad-option",
      `append: headDim: expected an even number up to ${greatestHeadDim}, got ${headDim}`,
    );
  }
  const { pairs } = rotary ?? { pairs: 1 };
  if (Number.isInteger(pairs) && pairs >= 1 && 2 * pairs <= headDim) return;
  throw new ModelError("bad-option", `append: pairs: expected 1 to ${headDim / 2}, got ${pairs}`);
}

/** @throws ModelError "bad-option" for heads that a workgroup does not hold, or more pairs than a head has. */
export function appendConstants(options: AppendOptions): ConstantValues<typeof constants> {
  expectShape(options);
  const { geometry, capacity, window = 0, rotary, headNorms } = options;
  return {
    QUERY_HEADS: geometry.queryHeads,
    KV_HEADS: geometry.kvHeads,
    HEAD_DIM: geometry.headDim,
    CAPACITY: capacity,
    WINDOW: window,
    PAIRS: rotary?.pairs ?? 0,
    COARSE_STEP: coarseStep,
    INTERLEAVED: rotary?.layout === "interleaved",
    HEAD_NORMS: headNorms !== undefined,
    EPSILON: headNorms?.epsilon ?? 0,
  };
}
