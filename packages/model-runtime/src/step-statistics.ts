import type { ScheduleDecision } from "@sift-attention/threshold-scheduler";

/** What attention read and dropped while one token was computed. Arrays are copies: they stay valid. */
export interface StepStatistics {
  /** "full" for the modes without a schedule. */
  readonly phase: "full" | "warmup" | "sift";
  /** 1-based generated token whose query row this is. */
  readonly step: number;
  /** Keys visible to this token, itself included; layers with a window see the last of them alone. */
  readonly contextLength: number;
  /** Fraction of the layer's visible keys that was kept: [layers, queryHeads], in [0, 1]. */
  readonly keptFraction: Float32Array;
  /** Fraction of value rows read, the union over a KV head's query heads: [layers, kvHeads], in [0, 1]. */
  readonly unionFraction: Float32Array;
  /** Weight of the dropped keys: [layers, queryHeads], in [0, 1]. */
  readonly droppedMass: Float32Array;
  /** During warmup, the τ-quantile of the weights: [layers, queryHeads]. */
  readonly quantiles?: Float32Array;
  /** During sift, ln θ: [layers, queryHeads]. */
  readonly logThresholds?: Float32Array;
  /** What the schedule decided since the last token, when it is traced. */
  readonly decisions?: readonly ScheduleDecision[];
  /**
   * Value rows of headDim numbers read and skipped over all layers and KV heads. A step that was done again read those of
   * each attempt, and skipped those of the last.
   */
  readonly valueRowsRead: number;
  readonly valueRowsSkipped: number;
  readonly valueBytesRead: number;
  readonly valueBytesSkipped: number;
}
