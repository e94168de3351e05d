import { z } from "zod";
import type { ResolvedAttention } from "../live-events.ts";
import { messagesField } from "./chat-messages.ts";
import { createSharedFields, neutral } from "./shared-fields.ts";

const tools = "tools are not supported";
const audio = "text is the one modality there is";

/** The schema of POST /v1/chat/completions; `server` is the attention of requests that do not say. */
export function createChatSchema(server: ResolvedAttention) {
  return z.strictObject({
    ...createSharedFields(server),
    messages: messagesField,
    max_completion_tokens: z.int().min(1).optional(),
    logprobs: z.boolean().optional(),
    top_logprobs: z.int().min(0).max(20).optional(),
    parallel_tool_calls: z.unknown().optional(),
    verbosity: z.unknown().optional(),
    audio: neutral([], audio),
    function_call: neutral(["none", "auto"], tools),
    functions: neutral([[]], tools),
    modalities: neutral([["text"]], audio),
    moderation: neutral([], "moderation is not supported"),
    prediction: neutral([], "predicted outputs are not supported"),
    reasoning_effort: neutral(["none"], "the model does not reason"),
    response_format: neutral([{ type: "text" }], 'only {"type":"text"} is supported'),
    tool_choice: neutral(["none", "auto"], tools),
    tools: neutral([[]], tools),
    web_search_options: neutral([], "web search is not supported"),
  });
}

export type ChatRequest = z.output<ReturnType<typeof createChatSchema>>;
