import type { DecodeBuffers } from "./decode-buffers.ts";
import type { DecodeSequence } from "./decode-sequence.ts";
import type { DecodeStep, ValueSumsStep } from "./decode-step.ts";
import type { AttentionPlan } from "./plan/attention-plan.ts";
import type { ResolvedOptions } from "./resolve-options.ts";
import type { Tuning } from "./tuning/tuning.ts";
import type { Variant } from "./variant.ts";

/** The buffers of one layer, bound; of use to the SiftAttention that made it only. */
export interface DecodeBinding {
  readonly buffers: DecodeBuffers;
}

/**
 * Decode attention of one shape, compiled for a device. `record*` encode dispatches into the caller's pass and allocate
 * nothing; steps of several layers may follow each other in one pass. All throw SiftError "disposed", "device-lost", and
 * "invalid-step" for a step that cannot be, before anything is encoded.
 */
export interface SiftAttention extends Disposable {
  /** The options with their defaults filled in. */
  readonly options: ResolvedOptions;
  /** What the device, the options and the tests of its subgroups led to. */
  readonly variant: Variant;
  readonly tuning: Tuning;
  /** Tiles, rows in flight and workgroups of each kernel. */
  readonly plan: AttentionPlan;
  /** Bytes of the buffers that all bindings share. */
  readonly workspaceBytes: number;

  /**
   * Binds the buffers of one layer.
   * @throws SiftError "invalid-buffer" when one is missing, too small, of the wrong usage, or overlaps one that is written.
   */
  bind(buffers: DecodeBuffers): DecodeBinding;

  /**
   * What the `sequences` buffer holds: u32 [sequences.length, 4].
   * @throws SiftError "invalid-step" for more sequences than the batch, numbers out of range, or a slot used twice
   * where `droppedMass` is "mean-value".
   */
  packSequences(sequences: readonly DecodeSequence[]): Uint32Array<ArrayBuffer>;

  /**
   * What the `logThresholds` buffer holds, ln θ: f32 [sequences, queryHeads].
   * @throws SiftError "invalid-threshold" for NaN or another length than that of 1 to batch sequences.
   */
  packLogThresholds(logThresholds: ArrayLike<number>): Float32Array<ArrayBuffer>;

  /** The score pass alone, into the workspace: what sifted and top-k steps begin with. For measuring. */
  recordScores(pass: GPUComputePassEncoder, binding: DecodeBinding, step: DecodeStep): void;

  /** Full attention: output and statistics. */
  recordFull(pass: GPUComputePassEncoder, binding: DecodeBinding, step: DecodeStep): void;

  /** Keeps the keys whose weight is at least θ: output and statistics. Needs `logThresholds`. */
  recordSifted(pass: GPUComputePassEncoder, binding: DecodeBinding, step: DecodeStep): void;

  /** Keeps the k heaviest keys of each query head, the lower index among equals: output and statistics. */
  recordTopK(pass: GPUComputePassEncoder, binding: DecodeBinding, step: DecodeStep): void;

  /** ln of the quantile of the weights of the keys that are not exempt; leaves output and statistics alone. */
  recordQuantiles(pass: GPUComputePassEncoder, binding: DecodeBinding, step: DecodeStep): void;

  /** Full attention, then the quantiles by a score pass of their own: output, statistics and quantiles. */
  recordFullWithQuantiles(
    pass: GPUComputePassEncoder,
    binding: DecodeBinding,
    step: DecodeStep,
  ): void;

  /** Σ of the visible values of each sequence's slot. Needs `valueSums` and `droppedMass: "mean-value"`. */
  recordValueSums(pass: GPUComputePassEncoder, binding: DecodeBinding, step: ValueSumsStep): void;

  /** Frees the workspace. Again is allowed. */
  dispose(): void;
}
