import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { ModelConfig } from "../weights/model-config.ts";
import type { AttentionSchedule } from "./attention-schedule.ts";
import type { GenerateSettings } from "./generate-settings.ts";

/** What is generated, and how. */
export interface Generation {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly stopTokens: ReadonlySet<number>;
  /** [promptTokens], at least one. */
  readonly prompt: readonly number[];
  readonly settings: GenerateSettings;
  readonly schedule: AttentionSchedule;
}

/** Where a generation runs. */
export interface SequencePlace {
  readonly slot: number;
  /** Tokens that the slot holds at most. */
  readonly capacity: number;
  /** Tokens of the prompt that it holds already, fewer than all. */
  readonly reusedTokens: number;
  readonly valueRowBytes: number;
}
