/// <reference types="@webgpu/types" />

export {
  type ScheduleCounters,
  type ScheduleDecision,
  scheduleDefaults,
} from "@sift-attention/threshold-scheduler";
export type { AttentionMode, CustomMode, DroppedMassRule, SiftMode } from "./attention-mode.ts";
export type {
  Batch,
  BatchAddition,
  BatchEvent,
  BatchOptions,
  BatchSequence,
} from "./batch.ts";
export type { GenerateOptions, PrefillProgress, SamplingOptions } from "./generate-options.ts";
export type { GeneratedToken, GenerateSummary, TokenLogprob } from "./generated-token.ts";
export {
  type CachedModel,
  type CacheOptions,
  listCachedModels,
  removeCachedModel,
} from "./hub/cached-models.ts";
export { type DownloadModelOptions, downloadModel } from "./hub/download-model.ts";
export { isHubId } from "./hub/hub-id.ts";
export type { ChooseKeys, KeyChoice, KeyChoiceShape } from "./key-choice.ts";
export type { LayerAttention } from "./layer-attention.ts";
export type { Model, ModelInfo } from "./model.ts";
export { ModelError, type ModelErrorCode } from "./model-error.ts";
export { openModel } from "./open-model.ts";
export type { LoadProgress, OpenModelOptions } from "./open-options.ts";
export type {
  ChatMessage,
  HeadLaw,
  Prompt,
  ScoredChunk,
  ScoreOptions,
  Session,
  SessionOptions,
} from "./session.ts";
export {
  expectSiftProfile,
  type ProfiledModel,
  type SiftProfile,
  type SiftProfileSettings,
  siftModeOf,
} from "./sift-profile.ts";
export type { StepStatistics } from "./step-statistics.ts";
export type { Tokenizer } from "./tokenizer/tokenizer.ts";
export type { ModelConfig, RotaryLayout, RotaryScaling } from "./weights/model-config.ts";
export type { ModelFiles, WeightTensor } from "./weights/model-files.ts";
export {
  type ModelSource,
  type OpenFilesOptions,
  openModelFiles,
} from "./weights/open-model-files.ts";
