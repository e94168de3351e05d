import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { ResolvedAttention } from "../live-events.ts";
import { createAttentionField } from "./attention-field.ts";

/** Half a surrogate pair is no character: no text contains it. */
const stopText = z
  .string()
  .min(1)
  .refine((text) => !/\p{Surrogate}/u.test(text));

const stop = z.union([stopText, z.array(stopText).max(4)], {
  error: "expected a string of whole characters or up to 4 of them, none empty",
});

const streamOptions = z.strictObject({
  include_usage: z.boolean().optional(),
  include_obfuscation: neutral([false], "obfuscation is not supported"),
});

/** Fields that say nothing about the text: they are taken and have no effect. */
const ignored = {
  user: z.unknown().optional(),
  metadata: z.unknown().optional(),
  store: z.unknown().optional(),
  service_tier: z.unknown().optional(),
  safety_identifier: z.unknown().optional(),
  prompt_cache_key: z.unknown().optional(),
  prompt_cache_options: z.unknown().optional(),
  prompt_cache_retention: z.unknown().optional(),
};

/** A field that this server cannot honour: the values that ask for nothing pass, all others are refused by name. */
export function neutral(values: readonly unknown[], why: string): z.ZodType<unknown> {
  return z
    .custom((value) => values.some((allowed) => isDeepStrictEqual(value, allowed)), {
      error: why,
      params: { unsupported: true },
    })
    .optional();
}

/** The fields that both completion routes share. */
export function createSharedFields(server: ResolvedAttention) {
  return {
    model: z.string().optional(),
    max_tokens: z.int().min(1).optional(),
    temperature: z.number().min(0).max(2).optional(),
    top_p: z.number().min(0).max(1).optional(),
    top_k: z.int().min(0).optional(),
    min_p: z.number().min(0).max(1).optional(),
    repetition_penalty: z.number().positive().optional(),
    presence_penalty: z.number().min(-2).max(2).optional(),
    frequency_penalty: z.number().min(-2).max(2).optional(),
    logit_bias: z.record(z.string().regex(/^\d+$/), z.number().min(-100).max(100)).optional(),
    stop: stop.optional(),
    seed: z.int().optional(),
    n: neutral([1], "one choice a request is supported"),
    stream: z.boolean().optional(),
    stream_options: streamOptions.optional(),
    attention: createAttentionField(server).optional(),
    sift_events: z.boolean().optional(),
    ...ignored,
  };
}

/** What the shared fields hold once they are read. */
export type SharedRequest = z.output<z.ZodObject<ReturnType<typeof createSharedFields>>>;
