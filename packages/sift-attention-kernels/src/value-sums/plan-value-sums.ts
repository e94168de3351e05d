import { type ConstantValues, defineKernel } from "@sift-attention/gpu";
import { mostParts, partCount, partPitch } from "../kernels/part-count.ts";
import { valueScales } from "../kernels/scale-bindings.ts";
import { shaderFeatures } from "../kernels/shader-features.ts";
import { kvFiles, partsFile, valueScaleFile } from "../kernels/shader-files.ts";
import { placeConstants, placeValues } from "../kernels/shared-constants.ts";
import type { AttentionPlan } from "../plan/attention-plan.ts";
import { kvWidth } from "../plan/kv-width.ts";
import { type PlannedKernel, planKernel } from "../plan/planned-kernel.ts";
import addValuePartsText from "./add-value-parts.wgsl";
import lastValueText from "./last-value.wgsl";
import sumValuesText from "./sum-values.wgsl";

const rows = 4; // value rows in flight per invocation
const columns = 16; // dimensions that a workgroup adds the parts of: a row of 64 bytes
const lastWorkgroup = 32; // a row has 4 to 64 words

const sumConstants = {
  ...placeConstants,
  WORKGROUP: "u32",
  ROWS: "u32",
  VALUE_WORKGROUPS: "u32",
} as const;

const addConstants = {
  ...placeConstants,
  WORKGROUP: "u32",
  COLUMNS: "u32",
  PART_ROWS: "u32",
  VALUE_WORKGROUPS: "u32",
  VALUE_CHUNK: "u32",
} as const;

/** The kernels share no registers: subgroups are not enabled. */
function features(plan: AttentionPlan): ReturnType<typeof shaderFeatures> {
  return shaderFeatures({ ...plan, variant: { ...plan.variant, subgroupSize: 0 } });
}

/** Values belong to KV heads: the grid's rows are these, and not blocks of query heads. */
function valuePlace(plan: AttentionPlan): ConstantValues<typeof placeConstants> {
  return { ...placeValues(plan), HEAD_BLOCKS: plan.options.geometry.kvHeads, BLOCKS: 1 };
}

function words(plan: AttentionPlan): number {
  return plan.options.geometry.headDim / kvWidth(plan.options);
}

/** At least the invocations that read one row. */
function workgroupOf(plan: AttentionPlan): number {
  return Math.max(plan.attend.workgroup, 2 ** Math.ceil(Math.log2(words(plan))));
}

function chunkOf(plan: AttentionPlan): number {
  return Math.floor(workgroupOf(plan) / words(plan)) * rows;
}

/** Numbers of `partials` that the largest step needs. */
export function valuePartials({ options, attend }: AttentionPlan): number {
  const { kvHeads, headDim } = options.geometry;
  return mostParts(attend.workgroups, kvHeads, options.batch) * headDim;
}

function planSumValues(plan: AttentionPlan): PlannedKernel {
  const { kvHeads } = plan.options.geometry;
  const { workgroups } = plan.attend;
  const spec = defineKernel({
    name: "sum-values",
    files: [
      ...kvFiles(plan),
      valueScaleFile(plan, 3),
      partsFile,
      { name: "sum-values.wgsl", text: sumValuesText },
    ],
    bindings: {
      values: "read",
      sequences: "read",
      partials: "read-write",
      ...(plan.options.kvType === "i8" ? valueScales : undefined),
    },
    constants: sumConstants,
    features: features(plan),
  });
  const values = {
    ...valuePlace(plan),
    WORKGROUP: workgroupOf(plan),
    ROWS: rows,
    VALUE_WORKGROUPS: workgroups,
  };
  return planKernel(spec, values, {
    x: ({ sequences, longestContext }) =>
      partCount(longestContext, chunkOf(plan), partPitch(workgroups, kvHeads, sequences)),
    y: kvHeads,
  });
}

function planAddValueParts(plan: AttentionPlan): PlannedKernel {
  const { kvHeads, headDim } = plan.options.geometry;
  const spec = defineKernel({
    name: "add-value-parts",
    files: [partsFile, { name: "add-value-parts.wgsl", text: addValuePartsText }],
    bindings: { partials: "read", sequences: "read", value_sums: "read-write" },
    constants: addConstants,
  });
  const workgroup = Math.max(plan.attend.workgroup, columns);
  const values = {
    ...valuePlace(plan),
    WORKGROUP: workgroup,
    COLUMNS: columns,
    PART_ROWS: workgroup / columns,
    VALUE_WORKGROUPS: plan.attend.workgroups,
    VALUE_CHUNK: chunkOf(plan),
  };
  return planKernel(spec, values, { x: () => Math.ceil(headDim / columns), y: kvHeads });
}

/** `value_sums` anew: Σ of the visible values of each sequence's slot. */
export function planAllValueSums(plan: AttentionPlan): readonly PlannedKernel[] {
  return [planSumValues(plan), planAddValueParts(plan)];
}

/** `value_sums` one step on: the newest row comes in, the row that left the visible ones goes out. */
export function planLastValueSums(plan: AttentionPlan): readonly PlannedKernel[] {
  const spec = defineKernel({
    name: "last-value",
    files: [
      ...kvFiles(plan),
      valueScaleFile(plan, 3),
      partsFile,
      { name: "last-value.wgsl", text: lastValueText },
    ],
    bindings: {
      values: "read",
      sequences: "read",
      value_sums: "read-write",
      ...(plan.options.kvType === "i8" ? valueScales : undefined),
    },
    constants: { ...placeConstants, WORKGROUP: "u32" },
    features: features(plan),
  });
  const values = { ...valuePlace(plan), WORKGROUP: lastWorkgroup };
  const { kvHeads } = plan.options.geometry;
  return [planKernel(spec, values, { x: () => 1, y: kvHeads })];
}
