import type { SamplingOptions } from "../generate-options.ts";
import type { ChatMessage } from "../session.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { ModelConfig } from "./model-config.ts";
import type { TensorFormat } from "./tensor-format.ts";

/** One tensor of an opened file. Its bytes are read only when asked for. */
export interface WeightTensor {
  /** Hugging Face's name, for example "model.layers.0.self_attn.q_proj.weight", whatever the file calls it. */
  readonly name: string;
  readonly format: TensorFormat;
  /** Rows first, as in Hugging Face: a projection is [outputs, inputs]. */
  readonly shape: readonly number[];
  readonly byteLength: number;
  /** Copies the stored bytes into `target`, which has exactly byteLength bytes and may lie in shared memory. */
  readInto(target: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** Fills `target` with the stored bytes from `byteOffset` on: for tensors that are not to be in memory as a whole. */
  readRange(target: Uint8Array, byteOffset: number, signal?: AbortSignal): Promise<void>;
}

/** A model's files, opened and checked, with no weight in memory yet. */
export interface ModelFiles {
  readonly source: string;
  readonly config: ModelConfig;
  readonly tensors: ReadonlyMap<string, WeightTensor>;
  readonly tokenizer: Tokenizer;
  readonly generationDefaults: SamplingOptions & { readonly stopTokens: readonly number[] };
  /** Renders the chat template; undefined when the model has none. */
  readonly renderChat:
    | ((
        messages: readonly ChatMessage[],
        options: { readonly addGenerationPrompt: boolean },
      ) => string)
    | undefined;
  close(): Promise<void>;
}
