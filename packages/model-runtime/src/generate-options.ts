import type { AttentionMode } from "./attention-mode.ts";

/** How the next token is drawn from the logits. Every field is optional; the default is greedy. */
export interface SamplingOptions {
  /** At least 0; 0 is greedy. Default: the model's generation_config, else 0. */
  readonly temperature?: number;
  /** Keep the k most likely tokens; 0 keeps all. */
  readonly topK?: number;
  /** Keep the fewest tokens whose probability reaches p, in (0, 1]. */
  readonly topP?: number;
  /** Keep tokens with at least this fraction of the top probability, in [0, 1]. */
  readonly minP?: number;
  /** Divides positive logits of seen tokens and multiplies negative ones (CTRL, arXiv 1909.05858); above 0, 1 is off. */
  readonly repetitionPenalty?: number;
  /** Subtracted once from the logit of each generated token, in [−2, 2]. */
  readonly presencePenalty?: number;
  /** Subtracted per occurrence from the logit of each generated token, in [−2, 2]. */
  readonly frequencyPenalty?: number;
  /** Added to the logits of single tokens, by id. */
  readonly logitBias?: ReadonlyMap<number, number>;
  /** Unsigned 32-bit; the same seed, prompt and settings give the same tokens. Random when absent. */
  readonly seed?: number;
}

/** How far a prompt has been read. */
export interface PrefillProgress {
  readonly tokensDone: number;
  readonly tokensTotal: number;
}

export interface GenerateOptions extends SamplingOptions {
  /** Tokens to generate at most, at least 1. Default: what the context leaves. */
  readonly maxTokens?: number;
  /**
   * Text that ends the generation; it is not part of the output. Found across token boundaries; of several, the one
   * that is complete first.
   */
  readonly stop?: readonly string[];
  /** Default: the session's. */
  readonly attention?: AttentionMode;
  /** Asks for the log-probability of the chosen token, and of this many of the most likely ones, 0 to 20. */
  readonly topLogprobs?: number;
  /** Aborting ends the generation with finishReason "aborted" within one prefill chunk or one token. */
  readonly signal?: AbortSignal;
  readonly onPrefill?: (progress: PrefillProgress) => void;
}
