import type { PowerLaw } from "@sift-attention/power-law";
import type { ScheduleCounters, ScheduleDecision } from "@sift-attention/threshold-scheduler";
import type { AttentionMode } from "./attention-mode.ts";
import type { GenerateOptions } from "./generate-options.ts";
import type { GeneratedToken, GenerateSummary } from "./generated-token.ts";
import type { LayerAttention } from "./layer-attention.ts";

/** One message of a chat, as in the OpenAI API. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

/** Text is encoded as it is, tokens are taken as they are, messages go through the model's chat template. */
export type Prompt = string | readonly number[] | { readonly messages: readonly ChatMessage[] };

export interface SessionOptions {
  /** Tokens that the KV cache holds, prompt included; "auto": as many as fit. Default: as the model was opened. */
  readonly contextLength?: number | "auto";
  /** Default { kind: "sift" }. */
  readonly attention?: AttentionMode;
  /**
   * Whether a prompt that begins like what the cache holds runs its rest only. The tokens are the same either way: rows
   * that sifting left in the cache run again. Default true.
   */
  readonly reusePrefix?: boolean;
  /** Aborts the wait for the memory. */
  readonly signal?: AbortSignal;
}

/** Observed quantiles of one head and the law fitted to them. */
export interface HeadLaw {
  readonly layer: number;
  readonly head: number;
  /** Clock value of each warmup step. */
  readonly x: readonly number[];
  /** τ-quantile of the weights at each warmup step, aligned with x. */
  readonly quantiles: readonly number[];
  /** Absent until the warmup has ended. */
  readonly law?: PowerLaw & { readonly rSquared: number; readonly residualStd: number };
}

/** Options of a teacher-forced pass. */
export interface ScoreOptions {
  readonly attention?: AttentionMode;
  /** Rows before this position run under full attention and no schedule sees them. Default 0. */
  readonly attentionFrom?: number;
  /** Rows from this position on are reported. Default 0. */
  readonly reportFrom?: number;
  /**
   * Sees what each layer's attention computed for the rows that are reported, in order; on the CPU backend alone. Rows
   * that a mass floor sends back are seen again.
   */
  readonly onAttention?: (attention: LayerAttention) => void;
  readonly signal?: AbortSignal;
  readonly onPrefill?: (progress: {
    readonly tokensDone: number;
    readonly tokensTotal: number;
  }) => void;
}

/** Consecutive rows of a teacher-forced pass. Arrays are views: valid until the next chunk is asked for. */
export interface ScoredChunk {
  /** Position of the first row. */
  readonly firstPosition: number;
  readonly rows: number;
  readonly phase: "full" | "warmup" | "sift";
  /** Logits of the token after each row: [rows, vocabulary]. */
  readonly logits: Float32Array;
  /** Keys kept: [layers, rows, queryHeads]. */
  readonly kept: Float32Array;
  /** Value rows read: [layers, rows, kvHeads]. */
  readonly union: Float32Array;
  /** Weight of the dropped keys: [layers, rows, queryHeads]. */
  readonly droppedMass: Float32Array;
  /** What the schedule decided since the last chunk, when it is traced. */
  readonly decisions?: readonly ScheduleDecision[];
}

/** One sequence and its KV cache. Holds memory until it is disposed of. */
export interface Session {
  readonly contextLength: number;
  /** Bytes of the KV cache; the scratch space belongs to the model. */
  readonly memoryBytes: number;
  /**
   * Generates from a prompt. What the cache holds of its beginning does not run again. One generation at a time. Nothing
   * happens, and nothing is refused, before the first token is asked for; text that a stop string holds back comes with
   * the last token. When the device is lost the model opens it again, and the sequence goes on where it was.
   * @throws ModelError "context-overflow" when the prompt does not leave room for one token, "bad-option" for an empty
   * prompt or a value out of range, "busy" while another generation of this session runs, "disposed" afterwards,
   * "no-chat-template", "bad-logits" when the weights or the activations overflow, "device-lost" when the device is lost
   * twice before one more token comes, or cannot be opened again.
   */
  generate(
    prompt: Prompt,
    options?: GenerateOptions,
  ): AsyncGenerator<GeneratedToken, GenerateSummary>;
  /**
   * Runs given tokens through the model in batches of at most 64 rows and hands out the logits of every row. Statistics
   * and logits are those of decoding the same tokens one by one. Ends early when the signal aborts.
   * @throws ModelError "context-overflow", "bad-option", also for what the backend does not offer, "busy", "disposed",
   * "device-lost": start it again then.
   */
  score(tokens: readonly number[], options?: ScoreOptions): AsyncGenerator<ScoredChunk, void>;
  /** How many tokens at the beginning of these the cache holds, so that a prompt of them would not run those again. */
  prefixTokens(tokens: readonly number[]): number;
  /** Quantiles and laws of the running or the last generation, one entry per layer and head; empty without sifting. */
  laws(): readonly HeadLaw[];
  /** How often the schedule stepped in, in the running or the last generation or scoring; undefined without sifting. */
  scheduleCounters(): ScheduleCounters | undefined;
  dispose(): void;
}
