import type { Model } from "@sift-attention/model-runtime";
import { GenerationQueue } from "./generation-queue.ts";
import type { ResolvedAttention } from "./live-events.ts";
import { createChatSchema } from "./requests/chat-request.ts";
import { createCompletionSchema } from "./requests/completion-request.ts";
import { SessionPool } from "./session-pool.ts";

interface ServeOptions {
  /** The name that requests give. */
  readonly id: string;
  /** Tokens of prompt and answer together that one request may use. */
  readonly contextLength: number;
  /** For requests that do not say. */
  readonly attention: ResolvedAttention;
  /** Generations that run at a time. */
  readonly slots: number;
  /** Requests that may wait for a slot. */
  readonly waiting: number;
}

/** An opened model and how this server offers it. */
export interface ServedModel extends ServeOptions {
  readonly model: Model;
  /** When it was opened, in seconds since 1970. */
  readonly created: number;
  readonly queue: GenerationQueue;
  readonly sessions: SessionPool;
  readonly schemas: {
    readonly chat: ReturnType<typeof createChatSchema>;
    readonly completion: ReturnType<typeof createCompletionSchema>;
  };
}

/** What running a request needs of it, in the server or in the page's own worker. */
export type RunnableModel = Pick<
  ServedModel,
  "id" | "model" | "contextLength" | "attention" | "queue" | "sessions"
>;

export function createServedModel(model: Model, options: ServeOptions): ServedModel {
  const { attention } = options;
  return {
    ...options,
    model,
    created: Math.floor(Date.now() / 1000),
    queue: new GenerationQueue(options),
    sessions: new SessionPool(model, options),
    schemas: { chat: createChatSchema(attention), completion: createCompletionSchema(attention) },
  };
}
