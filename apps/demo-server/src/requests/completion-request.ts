import { z } from "zod";
import type { ResolvedAttention } from "../live-events.ts";
import { createSharedFields, neutral } from "./shared-fields.ts";

const tokens = z.array(z.int().min(0)).min(1);

const isPrompt = (value: unknown) => typeof value === "string" || Array.isArray(value);

/** Text, or token ids; a list of one prompt is that prompt. */
const prompt = z
  .unknown()
  .refine((value) => !(Array.isArray(value) && value.length > 1 && value.some(isPrompt)), {
    error: "one prompt a request is supported",
    params: { unsupported: true },
    abort: true,
  })
  .transform((value) => (Array.isArray(value) && isPrompt(value[0]) ? value[0] : value))
  .pipe(z.union([z.string(), tokens], { error: "expected a string or an array of token ids" }));

/** The schema of POST /v1/completions; `server` is the attention of requests that do not say. */
export function createCompletionSchema(server: ResolvedAttention) {
  return z.strictObject({
    ...createSharedFields(server),
    prompt,
    logprobs: z.int().min(0).max(5).optional(),
    best_of: neutral([1], "one choice a request is supported"),
    echo: neutral([false], "the prompt is not repeated"),
    suffix: neutral([""], "text is only continued, not filled in"),
  });
}

export type CompletionRequest = z.output<ReturnType<typeof createCompletionSchema>>;
