import type { Batch, BatchOptions } from "./batch.ts";
import type { SamplingOptions } from "./generate-options.ts";
import type { ChatMessage, Session, SessionOptions } from "./session.ts";
import type { Tokenizer } from "./tokenizer/tokenizer.ts";
import type { ModelConfig } from "./weights/model-config.ts";

/** What is running where. */
export interface ModelInfo {
  /** Folder, file or Hub id that it was opened from. */
  readonly source: string;
  readonly family: string;
  readonly parameters: number;
  /** Bytes of the weights as they are held for computing. */
  readonly weightBytes: number;
  /** Dtype of most weight bytes, for example "f16", "q8_0". */
  readonly weightType: string;
  readonly backend: "cpu" | "webgpu";
  /** For people: "cpu, WebAssembly SIMD, 2 threads", and why it is not on a GPU when that was tried. */
  readonly backendDescription: string;
}

/** An opened model. Several sessions may be open at a time; their work interleaves token by token. */
export interface Model {
  readonly info: ModelInfo;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** What generation_config.json asks for; empty when the model has none. */
  readonly generationDefaults: SamplingOptions & { readonly stopTokens: readonly number[] };
  /** Prompt text of a chat. @throws ModelError "no-chat-template", "bad-chat" when the template refuses the messages. */
  applyChatTemplate(
    messages: readonly ChatMessage[],
    options?: { readonly addGenerationPrompt?: boolean },
  ): string;
  /**
   * Tokens that each of so many sequences, default 1, may hold: what the GPU's memory leaves room for, 8,192 on the CPU,
   * and no more than the model was made for.
   */
  contextThatFits(sequences?: number): number;
  /** @throws ModelError "bad-option", "out-of-memory" with the bytes asked and available, "aborted", "disposed". */
  createSession(options?: SessionOptions): Promise<Session>;
  /** Several sequences that decode together. @throws as `createSession`. */
  createBatch(options: BatchOptions): Promise<Batch>;
  /** Ends the sessions and batches too. */
  dispose(): Promise<void>;
}
