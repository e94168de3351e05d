import {
  type BindingKinds,
  type ConstantValues,
  defineKernel,
  type KernelSpec,
  type ShaderFile,
} from "@sift-attention/gpu";
import { quantiseRowFile } from "@sift-attention/sift-attention-kernels";
import { ModelError } from "../../model-error.ts";
import { sumLanesFile } from "../norm/sum-lanes.ts";
import { rowPlaceFile } from "../row-places/row-place.ts";
import { scalePitch } from "../row-scales/row-scales.ts";
import appendText from "./append.wgsl";
import type { AppendOptions } from "./append-options.ts";
import headNormsText from "./head-norms.wgsl";
import headNormsNoneText from "./head-norms-none.wgsl";
import kvPairF16Text from "./kv-pair-f16.wgsl";
import kvPairF32Text from "./kv-pair-f32.wgsl";
import kvRowI8Text from "./kv-row-i8.wgsl";
import kvRowPairsText from "./kv-row-pairs.wgsl";
import { coarseStep } from "./rotary-table.ts";
import scales3Text from "./scales-3.wgsl";
import scales8Text from "./scales-8.wgsl";

const inputs = { qkv: "read", places: "read", angles: "read" } as const;
const headNorms = { head_norms: "read" } as const;
const scales = { scales: "read-write" } as const;
const results = {
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
  VALUE_SCALES: "u32",
  PAIRS: "u32",
  COARSE_STEP: "u32",
  INTERLEAVED: "bool",
  HEAD_NORMS: "bool",
  EPSILON: "f32",
} as const;

const greatestHeadDim = 512; // two numbers for each of the 256 invocations that every device has

const headNormsFile: ShaderFile = { name: "head-norms.wgsl", text: headNormsText };
const kvRowPairsFile: ShaderFile = { name: "kv-row-pairs.wgsl", text: kvRowPairsText };
const kvRowI8File: ShaderFile = { name: "kv-row-i8.wgsl", text: kvRowI8Text };

/** What depends on how rows are stored. Scales take the place of norms that heads do not have: 8 buffers are guaranteed. */
function storage({ kvType, headNorms: norms }: AppendOptions): {
  readonly bindings: BindingKinds;
  readonly files: readonly ShaderFile[];
} {
  if (kvType !== "i8") {
    const pair =
      kvType === "f16"
        ? { name: "kv-pair-f16.wgsl", text: kvPairF16Text }
        : { name: "kv-pair-f32.wgsl", text: kvPairF32Text };
    const files = [headNormsFile, pair, kvRowPairsFile];
    return { bindings: { ...inputs, ...headNorms, ...results }, files };
  }
  if (norms) {
    const files = [headNormsFile, { name: "scales-8.wgsl", text: scales8Text }];
    return {
      bindings: { ...inputs, ...headNorms, ...results, ...scales },
      files: [...files, quantiseRowFile, kvRowI8File],
    };
  }
  const files = [
    { name: "head-norms-none.wgsl", text: headNormsNoneText },
    { name: "scales-3.wgsl", text: scales3Text },
  ];
  return {
    bindings: { ...inputs, ...scales, ...results },
    files: [...files, quantiseRowFile, kvRowI8File],
  };
}

/** Storage buffers that the kernel binds. */
export function appendBuffers(options: Pick<AppendOptions, "kvType" | "headNorms">): number {
  return options.kvType === "i8" && options.headNorms ? 9 : 8;
}

/** The kernel for a type of cache. */
export function appendKernel(options: AppendOptions): KernelSpec<BindingKinds, typeof constants> {
  const { bindings, files } = storage(options);
  return defineKernel({
    name: "append",
    files: [rowPlaceFile, sumLanesFile, ...files, { name: "append.wgsl", text: appendText }],
    bindings,
    constants,
  });
}

function expectShape({ geometry: { headDim }, kvType, rotary }: AppendOptions): void {
  if (headDim % 2 !== 0 || headDim > greatestHeadDim) {
    throw new ModelError(
      "bad-option",
      `append: headDim: expected an even number up to ${greatestHeadDim}, got ${headDim}`,
    );
  }
  if (kvType === "i8" && headDim % 4 !== 0) {
    throw new ModelError(
      "bad-option",
      `append: headDim: expected a multiple of 4 for a cache of eight bits, got ${headDim}`,
    );
  }
  const { pairs } = rotary ?? { pairs: 1 };
  if (Number.isInteger(pairs) && pairs >= 1 && 2 * pairs <= headDim) return;
  throw new ModelError("bad-option", `append: pairs: expected 1 to ${headDim / 2}, got ${pairs}`);
}

/** @throws ModelError "bad-option" for heads that a workgroup does not hold, or more pairs than a head has. */
export function appendConstants(options: AppendOptions): ConstantValues<typeof constants> {
  expectShape(options);
  const { geometry, capacity, window = 0, rotary, headNorms: norms } = options;
  return {
    QUERY_HEADS: geometry.queryHeads,
    KV_HEADS: geometry.kvHeads,
    HEAD_DIM: geometry.headDim,
    CAPACITY: capacity,
    WINDOW: window,
    VALUE_SCALES: scalePitch(options),
    PAIRS: rotary?.pairs ?? 0,
    COARSE_STEP: coarseStep,
    INTERLEAVED: rotary?.layout === "interleaved",
    HEAD_NORMS: norms !== undefined,
    EPSILON: norms?.epsilon ?? 0,
  };
}
