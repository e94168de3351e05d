import type { AttentionGeometry } from "@sift-attention/tensor";

/** How rotary position embedding pairs the numbers of a head. */
export type RotaryLayout =
  /** Number i with number i + headDim / 2: Hugging Face. */
  | "half"
  /** Number 2i with number 2i + 1: the original Llama, GGUF. */
  | "interleaved";

/** Rescaling of the rotary frequencies for longer contexts, as in Llama 3.1. */
export type RotaryScaling =
  | { readonly kind: "none" }
  | { readonly kind: "linear"; readonly factor: number }
  | {
      readonly kind: "llama3";
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalContextLength: number;
    }
  /** A factor for each frequency, as stored in GGUF's rope_freqs.weight: [headDim / 2]. */
  | { readonly kind: "factors"; readonly factors: Float32Array };

/** Rotary position embedding. */
export interface RotaryConfig {
  readonly theta: number;
  /** Leading numbers of each head that rotate; headDim for all. */
  readonly dimensions: number;
  readonly layout: RotaryLayout;
  readonly scaling: RotaryScaling;
}

/** The architecture of a decoder-only transformer, read from config.json or from GGUF metadata. */
export interface ModelConfig extends AttentionGeometry {
  /** Name of the family file that runs it, for example "llama". */
  readonly family: string;
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly feedForwardSize: number;
  readonly layers: number;
  /** Longest context the model was trained for. */
  readonly contextLength: number;
  readonly normEpsilon: number;
  /** Absent where positions are learned. */
  readonly rotary?: RotaryConfig;
  /** Layers whose rows see only the last keys. */
  readonly slidingWindow?: {
    /** Keys that a row of such a layer sees at most, its own included. */
    readonly size: number;
    /** Which layers: [layers]. */
    readonly layers: readonly boolean[];
    /** Where it differs from that of the other layers. */
    readonly rotary?: RotaryConfig;
  };
  /** Multiplies q·k; default headDim^(−1/2). */
  readonly attentionScale?: number;
  /** Logits become cap · tanh(logits / cap). */
  readonly logitCap?: number;
  readonly tiedEmbeddings: boolean;
  /** Tokens that end a text. */
  readonly stopTokens: readonly number[];
}
