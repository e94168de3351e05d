import type { TokenLogprob } from "../generated-token.ts";
import type { LayerAttention } from "../layer-attention.ts";
import type { SamplingRules } from "../sampling/sampling-rules.ts";
import type { PassStatistics } from "../session/pass-statistics.ts";
import type { PassAttention } from "./attention-rule.ts";

/** A model's layers with their weights, on one device. Everything it hands out ends with it. */
export interface ModelBackend {
  readonly kind: "cpu" | "webgpu";
  /** For people: "cpu, WebAssembly SIMD, 2 threads". */
  readonly description: string;
  /** Bytes of the weights as they are held. */
  readonly weightBytes: number;
  /** Rows of a `run` at most, as things stand: a backend that learns what fits in a short while changes it between calls. */
  readonly maxRows: number;
  /** Decode calls that are worth having under way at a time: 1 where each is done before it returns. */
  readonly decodesAhead: number;
  /** Tokens that each of so many slots may hold in the memory that is left. Absent where memory is no measure. */
  contextThatFits?(slots: number): number;
  /**
   * Memory for the sequences of `slots`, and everything compiled that the attention settings need.
   * @throws ModelError "out-of-memory" with the bytes asked and available, "aborted"; nothing stays allocated then.
   */
  createSlots(options: SlotsOptions): Promise<SequenceSlots>;
  dispose(): Promise<void>;
}

export interface SlotsOptions {
  /** Sequences at a time, at least 1. */
  readonly slots: number;
  /** Tokens that each slot holds. */
  readonly capacity: number;
  readonly signal?: AbortSignal;
}

/**
 * Sequences side by side in one KV cache. Calls run in the order in which they were made; one may be made before the
 * last has settled. Once the device is lost every call rejects with ModelError "device-lost".
 */
export interface SequenceSlots {
  readonly slots: number;
  readonly capacity: number;
  readonly byteLength: number;
  /** Bytes of a value row of headDim numbers, as attention reads it. */
  readonly valueRowBytes: number;
  /**
   * Compiles what rules of these settings need beyond full attention, so that no later call waits for it.
   * @throws ModelError "aborted".
   */
  prepare(attention: PassAttention, signal?: AbortSignal): Promise<void>;
  /**
   * Calls made from now on draw tokens of the slot by these rules. `generated` are tokens of this generation that were
   * drawn before, elsewhere.
   */
  startSampling(
    slot: number,
    rules: SamplingRules,
    prompt: readonly number[],
    generated?: readonly number[],
  ): void;
  /**
   * Runs consecutive tokens of one slot. Positions below the first one are in the slot already; what it holds from there
   * on is gone.
   */
  run(call: RowsCall): Promise<RowsResult>;
  /** Runs the token that was drawn last in each of the slots, and draws the next. */
  decode(rows: readonly DecodeRow[]): Promise<readonly DecodedToken[]>;
  /** Calls that have not settled by then reject with ModelError "disposed". */
  dispose(): void;
}

/** Consecutive tokens of one slot. */
export interface RowsCall {
  readonly slot: number;
  /** [rows], 1 to maxRows. */
  readonly tokens: readonly number[];
  /** Position of row 0. */
  readonly firstPosition: number;
  readonly attention: PassAttention;
  /** What is wanted of it besides the statistics: nothing, the logits of all rows, or a token drawn after the last. */
  readonly want: "nothing" | "logits" | "token";
  /** Sees each layer's attention; on the CPU alone. */
  readonly onAttention?: (attention: LayerAttention) => void;
  /** For "token": uniform in [0, 1), and how many of the likeliest tokens to report. */
  readonly draw?: DrawOptions;
}

/** How one token is drawn. */
export interface DrawOptions {
  /** Uniform in [0, 1); unused by greedy rules. */
  readonly uniform: number;
  /** Asks for the log-probability of the drawn token and of this many of the likeliest. */
  readonly topLogprobs?: number;
}

/** Arrays are views, valid until the next call settles. */
export interface RowsResult {
  readonly statistics: PassStatistics;
  /** [rows, vocabulary]. */
  readonly logits?: Float32Array;
  readonly token?: DrawnToken;
}

export interface DrawnToken {
  readonly id: number;
  readonly logprob?: number;
  readonly topLogprobs?: readonly TokenLogprob[];
}

/** The next token of one slot. */
export interface DecodeRow {
  readonly slot: number;
  /** Position of the token that was drawn last. */
  readonly position: number;
  readonly attention: PassAttention;
  readonly draw: DrawOptions;
}

/** Arrays are views, valid until the next call settles. */
export interface DecodedToken extends DrawnToken {
  readonly slot: number;
  /** Of the row that was run, not of the token that was drawn. */
  readonly statistics: PassStatistics;
}
