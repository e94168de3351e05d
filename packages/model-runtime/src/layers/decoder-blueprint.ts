import type { AttentionGeometry } from "@sift-attention/tensor";
import type { RotaryLayout } from "../weights/model-config.ts";

/** y = weight · x (+ bias), by the names of its tensors: weight [outputs, inputs], bias [outputs]. */
export interface LinearBlueprint {
  readonly weight: string;
  readonly bias?: string;
  readonly inputs: number;
  readonly outputs: number;
}

/** A normalisation over `width` numbers, by the names of its tensors, each [width]. */
export type NormBlueprint =
  /** x / √(mean(x²) + epsilon) · weight (arXiv 1910.07467). */
  | {
      readonly kind: "rms";
      readonly weight: string;
      readonly width: number;
      readonly epsilon: number;
    }
  /** (x − mean) / √(variance + epsilon) · weight + bias (arXiv 1607.06450). */
  | {
      readonly kind: "layer";
      readonly weight: string;
      readonly bias: string;
      readonly width: number;
      readonly epsilon: number;
    };

/** Self-attention of one layer. */
export interface AttentionBlueprint {
  readonly query: LinearBlueprint;
  readonly key: LinearBlueprint;
  readonly value: LinearBlueprint;
  readonly output: LinearBlueprint;
  /** Of each query head over headDim, before the rotation. */
  readonly queryNorm?: NormBlueprint;
  /** Of each key head over headDim, before the rotation. */
  readonly keyNorm?: NormBlueprint;
  /** Absent where positions are learned. */
  readonly rotary?: {
    /** Angles per position: [rotated / 2], radians. */
    readonly frequencies: Float64Array;
    readonly layout: RotaryLayout;
  };
  /** Multiplies q·k. */
  readonly scale: number;
  /** Keys that a row sees at most, its own included; absent: all of them. */
  readonly window?: number;
}

export type FeedForwardBlueprint =
  /** down(activation(gate(x)) · up(x)). */
  | {
      readonly gate: LinearBlueprint;
      readonly up: LinearBlueprint;
      readonly down: LinearBlueprint;
      readonly activation: "silu" | "gelu-tanh";
    }
  /** down(activation(up(x))). */
  | {
      readonly gate?: undefined;
      readonly up: LinearBlueprint;
      readonly down: LinearBlueprint;
      readonly activation: "gelu-tanh";
    };

/** One block: x += outputNorm(attention(inputNorm(x))), then the same with the feed-forward. */
export interface LayerBlueprint {
  readonly inputNorm: NormBlueprint;
  readonly attention: AttentionBlueprint;
  /** Of what attention adds, before it is added. */
  readonly attentionOutputNorm?: NormBlueprint;
  readonly feedForwardNorm: NormBlueprint;
  readonly feedForward: FeedForwardBlueprint;
  /** Of what the feed-forward adds, before it is added. */
  readonly feedForwardOutputNorm?: NormBlueprint;
}

/** A decoder as data: what every backend builds its own form of, the same for all weights formats. */
export interface DecoderBlueprint {
  readonly geometry: AttentionGeometry;
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly feedForwardSize: number;
  /** Positions that the model was made for. */
  readonly contextLength: number;
  /** Name of the table [vocabularySize, hiddenSize]. */
  readonly embedding: string;
  /** Multiplies the embedded rows. */
  readonly embeddingScale: number;
  /** Name of the learned positions [contextLength, hiddenSize], added to the embedded rows. */
  readonly positions?: string;
  readonly layers: readonly LayerBlueprint[];
  readonly outputNorm: NormBlueprint;
  /** To the vocabulary; its weight is the embedding where both are tied. */
  readonly head: LinearBlueprint;
  /** Logits become cap · tanh(logits / cap). */
  readonly logitCap?: number;
}
