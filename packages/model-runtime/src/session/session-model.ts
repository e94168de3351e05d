import type { SamplingOptions } from "../generate-options.ts";
import type { BackendHost } from "../model/backend-host.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { ModelConfig } from "../weights/model-config.ts";
import type { RenderChat } from "./encode-prompt.ts";

/** What all sessions and batches of a model share. */
export interface SessionModel {
  readonly host: BackendHost;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly renderChat: RenderChat;
  readonly generationDefaults: SamplingOptions;
  readonly stopTokens: ReadonlySet<number>;
  /** For sessions and batches that do not say. */
  readonly contextLength?: number | "auto";
}
