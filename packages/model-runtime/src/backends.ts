/// <reference types="@webgpu/types" />

export type { AttentionRule, PassAttention } from "./backend/attention-rule.ts";
export { openCpuBackend } from "./backend/cpu/open-cpu-backend.ts";
export type {
  DecodedToken,
  DecodeRow,
  DrawnToken,
  DrawOptions,
  ModelBackend,
  RowsCall,
  RowsResult,
  SequenceSlots,
  SlotsOptions,
} from "./backend/model-backend.ts";
export { createWebgpuBackend } from "./backend/webgpu/create-webgpu-backend.ts";
export type { MemoryPlan } from "./backend/webgpu/memory-plan.ts";
export type { SlotCache, SlotCacheShape } from "./backend/webgpu/slot-cache.ts";
export { STEP_PARTS, type StepPart, type StepProfile } from "./backend/webgpu/step-profile.ts";
export type {
  WebgpuBackend,
  WebgpuBackendOptions,
  WebgpuSequenceSlots,
} from "./backend/webgpu/webgpu-backend.ts";
export type { TensorNeed } from "./layers/tensor-need.ts";
export { modelTensors } from "./model/model-tensors.ts";
export { openModelOn } from "./model/open-model-on.ts";
export type { SamplingRules } from "./sampling/sampling-rules.ts";
export type { PassStatistics } from "./session/pass-statistics.ts";
export type { TensorFormat } from "./weights/tensor-format.ts";
