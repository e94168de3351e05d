import type { AttentionMode } from "./attention-mode.ts";
import type { GenerateOptions } from "./generate-options.ts";
import type { GeneratedToken, GenerateSummary } from "./generated-token.ts";
import type { HeadLaw, Prompt } from "./session.ts";

export interface BatchOptions {
  /** Sequences at a time, at least 1. */
  readonly slots: number;
  /** Tokens that each slot holds, prompt included; "auto": as many as fit. Default: as the model was opened. */
  readonly contextLength?: number | "auto";
  /** For sequences that do not say. Default { kind: "sift" }. */
  readonly attention?: AttentionMode;
  /** Whether a prompt that begins like what a free slot holds runs its rest only. Default true. */
  readonly reusePrefix?: boolean;
  /** Aborts the wait for the memory. */
  readonly signal?: AbortSignal;
}

/** A generation in a batch. */
export interface BatchSequence {
  readonly promptTokens: number;
  /** Tokens of the prompt that its slot held already. */
  readonly reusedTokens: number;
  /** Quantiles and laws, one entry per layer and head; empty without sifting. */
  laws(): readonly HeadLaw[];
}

/** What became of a prompt that was given to a batch. */
export type BatchAddition =
  | { readonly kind: "added"; readonly sequence: BatchSequence }
  /** Every slot has a sequence: try again after one has ended. */
  | { readonly kind: "no-slot"; readonly slots: number }
  /** The prompt and one token do not fit in a slot. */
  | {
      readonly kind: "no-room";
      readonly promptTokens: number;
      readonly contextLength: number;
    };

/** What a step brought for one sequence. */
export type BatchEvent =
  | { readonly kind: "token"; readonly sequence: BatchSequence; readonly token: GeneratedToken }
  /** The last event of a sequence: its slot is free. */
  | { readonly kind: "end"; readonly sequence: BatchSequence; readonly summary: GenerateSummary };

/** Several sequences that decode together. They join and leave between steps. */
export interface Batch {
  readonly slots: number;
  readonly contextLength: number;
  /** Bytes of the KV cache of all slots. */
  readonly memoryBytes: number;
  /** Slots without a sequence. */
  readonly freeSlots: number;
  /**
   * Gives a prompt to the free slot that holds most of it. Its rows run in chunks, one a step, beside the others' decode.
   * @throws ModelError "bad-option", "no-chat-template", "disposed".
   */
  add(prompt: Prompt, options?: GenerateOptions): BatchAddition;
  /**
   * Decodes one token of every sequence that has read its prompt, and reads one more chunk of the first that has not.
   * The tokens are those that sessions of their own would give. No event means that a prompt is not read yet, or that
   * there is no sequence.
   * @throws ModelError "busy" while another step runs, "disposed", and as `Session.generate`; every sequence has ended
   * then, and the batch can be used again.
   */
  step(): Promise<readonly BatchEvent[]>;
  /** Ends a sequence with finishReason "aborted"; undefined when it has ended already. */
  remove(sequence: BatchSequence): GenerateSummary | undefined;
  dispose(): void;
}
