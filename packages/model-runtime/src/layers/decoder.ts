import type { RowSample } from "../backend/attention-rule.ts";
import type { CpuAttentionCall, CpuAttentionRule, CpuAttentionStatistics } from "../ops/cpu-ops.ts";
import type { ModelConfig } from "../weights/model-config.ts";
import type { DecoderBlueprint } from "./decoder-blueprint.ts";
import type { KvCache } from "./kv-cache.ts";

/** What attention does with the rows of one pass. */
export interface PassAttention {
  rule(layer: number): CpuAttentionRule;
  /** Asks every layer for the τ-quantile of its weights. */
  readonly quantile?: number;
  /** Asks every layer for quantiles of single rows at several levels. */
  readonly sample?: RowSample;
  /** Called once a layer, in order; the arrays are valid during the call only. */
  observe?(layer: number, statistics: CpuAttentionStatistics, call: CpuAttentionCall): void;
}

/** Consecutive tokens of one sequence. */
export interface DecoderPass {
  /** [rows], 1 to maxRows. */
  readonly tokens: ArrayLike<number>;
  /** Position of row 0; the cache holds the positions below it. */
  readonly firstPosition: number;
  readonly cache: KvCache;
  readonly attention: PassAttention;
}

/** A model's layers in the memory of one backend. Calls are synchronous and share one scratch space. */
export interface Decoder {
  /** Rows of a pass at most. */
  readonly maxRows: number;
  /** Rows whose logits can be asked for at a time. */
  readonly maxLogitsRows: number;
  /** Runs rows through all layers and adds them to the cache. */
  forward(pass: DecoderPass): void;
  /** Logits of rows of the last pass: [rows, vocabulary]. A view, valid until the next call. */
  logits(firstRow: number, rows: number): Float32Array;
  dispose(): void;
}

/** A family of architectures: how its models compute. */
export interface DecoderFamily {
  readonly name: string;
  /** `has` says which tensors there are, for those that a model of the family may lack. */
  blueprint(config: ModelConfig, has: (tensorName: string) => boolean): DecoderBlueprint;
}
