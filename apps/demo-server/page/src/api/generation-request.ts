import type { AttentionSettings } from "../../../src/live-events.ts";

/** How the next token is drawn. */
export interface SamplingSettings {
  /** 0 picks the likeliest token. */
  readonly temperature: number;
  /** In (0, 1]. */
  readonly topP: number;
  /** Tokens to write at most. */
  readonly maxTokens: number;
  /** Unsigned 32-bit. */
  readonly seed: number;
  /** Above 0; 1 is off. */
  readonly repetitionPenalty: number;
}

/** Everything that one run depends on. */
export interface GenerationSettings {
  readonly model: string;
  readonly format: "chat" | "plain";
  readonly prompt: string;
  readonly attention: AttentionSettings;
  readonly sampling: SamplingSettings;
}

/** A request to one of the OpenAI-compatible routes. */
export interface GenerationRequest {
  /** Relative to the page. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The streaming request, with the live events switched on, that settings stand for. */
export function createGenerationRequest(settings: GenerationSettings): GenerationRequest {
  const { model, format, prompt, attention, sampling } = settings;
  const body = {
    model,
    stream: true,
    sift_events: true,
    attention,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    max_tokens: sampling.maxTokens,
    seed: sampling.seed,
    repetition_penalty: sampling.repetitionPenalty,
  };
  return format === "chat"
    ? {
        path: "v1/chat/completions",
        body: { ...body, messages: [{ role: "user", content: prompt }] },
      }
    : { path: "v1/completions", body: { ...body, prompt } };
}
