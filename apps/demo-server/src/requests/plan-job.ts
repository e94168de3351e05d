import { ApiError } from "../api-error.ts";
import type { GenerationJob } from "../generation.ts";
import type { ResolvedAttention } from "../live-events.ts";
import type { RunnableModel } from "../served-model.ts";
import { toAttentionMode } from "../to-attention-mode.ts";
import type { ChatRequest } from "./chat-request.ts";
import type { CompletionRequest } from "./completion-request.ts";
import { readSampling } from "./read-sampling.ts";
import type { SharedRequest } from "./shared-fields.ts";

/** OpenAI's default of /v1/completions. A chat may use what the context leaves. */
const defaultCompletionTokens = 16;

/** What a request asks for, in the runtime's words, and how its answer is to be written. */
export interface RequestPlan {
  readonly job: GenerationJob;
  readonly attention: ResolvedAttention;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly siftEvents: boolean;
}

/** A request of which only these fields have to be there. */
type Asking<Request, Field extends keyof Request> = Pick<Request, Field> & Partial<Request>;

/** @throws ApiError for a model, prompt or combination of fields that cannot be served. */
export function planChat(
  request: Asking<ChatRequest, "messages">,
  served: RunnableModel,
): RequestPlan {
  expectModel(request.model, served);
  if (request.top_logprobs !== undefined && request.logprobs !== true) {
    throw needs("top_logprobs", "logprobs", "true");
  }
  const { max_tokens: older, max_completion_tokens: newer } = request;
  if (older !== undefined && newer !== undefined && older !== newer) {
    throw new ApiError(
      "invalid_value",
      `max_completion_tokens: ${newer} contradicts max_tokens ${older}: give one of them.`,
      { param: "max_completion_tokens" },
    );
  }
  const text = served.model.applyChatTemplate(request.messages, { addGenerationPrompt: true });
  const promptTokens = served.model.tokenizer.encode(text, { addSpecialTokens: false });
  return plan(request, served, {
    promptTokens,
    promptParam: "messages",
    wantedTokens: newer ?? older,
    topLogprobs: request.logprobs === true ? (request.top_logprobs ?? 0) : undefined,
  });
}

/** @throws ApiError for a model, prompt or combination of fields that cannot be served. */
export function planCompletion(
  request: Asking<CompletionRequest, "prompt">,
  served: RunnableModel,
): RequestPlan {
  expectModel(request.model, served);
  const { prompt } = request;
  return plan(request, served, {
    promptTokens: typeof prompt === "string" ? served.model.tokenizer.encode(prompt) : prompt,
    promptParam: "prompt",
    wantedTokens: request.max_tokens ?? defaultCompletionTokens,
    topLogprobs: request.logprobs,
  });
}

interface RouteFields {
  readonly promptTokens: readonly number[];
  readonly promptParam: "messages" | "prompt";
  readonly wantedTokens: number | undefined;
  readonly topLogprobs: number | undefined;
}

function plan(
  request: Partial<SharedRequest>,
  served: RunnableModel,
  fields: RouteFields,
): RequestPlan {
  expectStreamFields(request);
  const room = expectRoom(fields, served);
  const attention = request.attention ?? served.attention;
  return {
    attention,
    stream: request.stream === true,
    includeUsage: request.stream_options?.include_usage === true,
    siftEvents: request.sift_events === true,
    job: {
      promptTokens: fields.promptTokens,
      options: {
        ...readSampling(request, served.model.tokenizer.vocabularySize),
        attention: toAttentionMode(attention),
        maxTokens: Math.min(room, fields.wantedTokens ?? room),
        stop: typeof request.stop === "string" ? [request.stop] : (request.stop ?? []),
        ...(fields.topLogprobs !== undefined && { topLogprobs: fields.topLogprobs }),
      },
    },
  };
}

function expectModel(model: string | undefined, served: RunnableModel): void {
  if (model === undefined || model === served.id) return;
  throw new ApiError(
    "model_not_found",
    `model: "${model}" is not served here, "${served.id}" is.`,
    { param: "model" },
  );
}

function expectStreamFields(request: Partial<SharedRequest>): void {
  if (request.stream === true) return;
  if (request.stream_options !== undefined) throw needs("stream_options", "stream", "true");
  if (request.sift_events === true) throw needs("sift_events", "stream", "true");
}

function needs(param: string, other: string, value: string): ApiError {
  return new ApiError("invalid_value", `${param}: needs ${other} to be ${value}.`, { param });
}

/** Tokens that the context leaves for the answer. */
function expectRoom(
  { promptTokens, promptParam: param }: RouteFields,
  served: RunnableModel,
): number {
  const { vocabularySize } = served.model.tokenizer;
  const unknown = promptTokens.find((id) => id >= vocabularySize);
  if (promptTokens.length === 0) {
    throw new ApiError("invalid_value", `${param}: the prompt has no tokens.`, { param });
  }
  if (unknown !== undefined) {
    throw new ApiError(
      "invalid_value",
      `${param}: expected token ids below ${vocabularySize}, got ${unknown}.`,
      { param },
    );
  }
  if (promptTokens.length >= served.contextLength) {
    throw new ApiError(
      "context_length_exceeded",
      `${param}: the prompt has ${promptTokens.length} tokens, the context holds ${served.contextLength}, answer included.`,
      { param },
    );
  }
  return served.contextLength - promptTokens.length;
}
