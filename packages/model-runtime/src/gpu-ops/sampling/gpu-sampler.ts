import type { BoundBuffer, GpuBuffer } from "@sift-attention/gpu";
import type { SamplingRules } from "../../sampling/sampling-rules.ts";

/** Sizes of a sampler. */
export interface GpuSamplerOptions {
  /** Tokens there are, at least 1. */
  readonly vocabularySize: number;
  /** Sequences with rules and a history of their own, at least 1. */
  readonly slots: number;
  /** Rows of the logits, and draws of a `record`, at most 256. */
  readonly maxRows: number;
}

/** One token to draw. */
export interface GpuDraw {
  /** Row of the logits that it is drawn from. */
  readonly row: number;
  readonly slot: number;
  /** In [0, 1); unused at temperature 0. */
  readonly uniform: number;
}

/** Draws tokens on the device: the tokens of `createSampler` for equal logits, rules and uniform numbers. */
export interface GpuSampler extends Disposable {
  /** The token that was drawn last: [slots]. */
  readonly tokens: GpuBuffer<"u32">;
  /** What `readDraw` reads, in the order of the draws: [maxRows, 4]. */
  readonly results: GpuBuffer<"u32">;
  /**
   * From now on the slot's tokens are drawn by these rules. `generated` are tokens drawn before, by another sampler.
   * Takes effect at the next `record`.
   * @throws ModelError "bad-option" for a slot or a token that there is not.
   */
  start(
    slot: number,
    rules: SamplingRules,
    prompt: readonly number[],
    generated?: readonly number[],
  ): void;
  /** @param buffers `logits` f32 [maxRows, vocabulary]. */
  bind(buffers: { readonly logits: BoundBuffer }): BoundSampler;
  /** Frees the buffers. Again is allowed. */
  dispose(): void;
}

/** A sampler over the logits of one buffer. */
export interface BoundSampler {
  /**
   * Encodes draws and counts what they draw for the penalties. The draws travel through the queue: submit the pass
   * before the next call. At temperature 0 two dispatches, else three, or four where rules truncate.
   * @throws ModelError "bad-option" unless there are 1 to maxRows draws of distinct slots, inside all ranges.
   */
  record(pass: GPUComputePassEncoder, draws: readonly GpuDraw[]): void;
}
