/// <reference types="@webgpu/types" />

export { createSiftAttention } from "./create-sift-attention.ts";
export type { DecodeBuffers } from "./decode-buffers.ts";
export type { DecodeSequence } from "./decode-sequence.ts";
export type { DecodeStep, ValueSumsStep } from "./decode-step.ts";
export { reliableSubgroupSize } from "./device/reliable-subgroup-size.ts";
export { partCount, partPitch } from "./kernels/part-count.ts";
export type { AttentionPlan, PlanLimits } from "./plan/attention-plan.ts";
export type { HeadBlocks } from "./plan/head-blocks.ts";
export { quantiseRowFile } from "./quantise/quantise-row.ts";
export { type QuantisedRows, quantiseRows } from "./quantise/quantise-rows.ts";
export type { ResolvedOptions } from "./resolve-options.ts";
export type { DecodeBinding, SiftAttention } from "./sift-attention.ts";
export type {
  DroppedMass,
  KvType,
  Normaliser,
  SiftAttentionOptions,
} from "./sift-attention-options.ts";
export { SiftError, type SiftErrorCode } from "./sift-error.ts";
export type { TuneOptions, TuningProgress } from "./tuning/tune-options.ts";
export { tuneSiftAttention } from "./tuning/tune-sift-attention.ts";
export type {
  AttendKnobs,
  MergeKnobs,
  RowKnobs,
  TunedAdapter,
  Tuning,
  TuningEntries,
} from "./tuning/tuning.ts";
export { type HeadStatistics, unpackStatistics } from "./unpack-statistics.ts";
export type { SubgroupSize, Variant, VariantOptions } from "./variant.ts";
