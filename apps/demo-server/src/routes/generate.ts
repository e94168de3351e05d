import { randomBytes } from "node:crypto";
import type { Context } from "hono";
import { ApiError } from "../api-error.ts";
import type { AppEnvironment, AppOptions } from "../app-options.ts";
import { asApiError } from "../as-api-error.ts";
import type { RequestPlan } from "../requests/plan-job.ts";
import type { Answer, AnswerOptions } from "../responses/answer.ts";
import { awaitFirst } from "../responses/await-first.ts";
import { createEventStream } from "../responses/event-stream.ts";
import { writeStream, writeWhole } from "../responses/write-generation.ts";
import type { ServedModel } from "../served-model.ts";

/** Runs a planned request and answers it, whole or as a stream. The client's going away ends it. */
export async function generate(
  context: Context<AppEnvironment>,
  { host, limits, onError }: AppOptions,
  served: ServedModel,
  plan: RequestPlan,
  answer: Answer,
): Promise<Response> {
  const controller = new AbortController();
  const leave = () => controller.abort(new ApiError("client_gone", "The client has gone."));
  const client = context.req.raw.signal;
  client.addEventListener("abort", leave, { once: true });
  // One that left while its body was read tells nobody again.
  if (client.aborted) leave();
  const generation = host.run(plan.job, controller);
  const { signal } = controller;
  if (!plan.stream) return context.json(await writeWhole(generation, answer, plan, signal));

  // What fails before the first event, or the first ping, still has a status of its own.
  const events = await awaitFirst(generation, limits.pingMs);
  const texts = writeStream(events, answer, plan, served, signal);
  const stream = createEventStream(texts, {
    ...limits,
    onStall: () => context.env.outgoing.destroy(),
    onFailure(error) {
      if (asApiError(error).status === 500) onError(error);
    },
    onCancel: () => {
      leave();
      void texts.return().catch(() => {});
      void generation.return().catch(() => {});
    },
  });
  return new Response(stream, { headers: streamHeaders });
}

/** `transfer-encoding` is said aloud so that the adapter does not hold the first bytes back to count them. */
const streamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "transfer-encoding": "chunked",
  "x-accel-buffering": "no",
};

/** What the answer to a request repeats in every part. */
export function toAnswerOptions(
  prefix: string,
  served: ServedModel,
  plan: RequestPlan,
): AnswerOptions {
  const id = `${prefix}-${randomBytes(12).toString("hex")}`;
  const created = Math.floor(Date.now() / 1000);
  return {
    header: { id, created, model: served.id },
    logprobs: plan.job.options.topLogprobs !== undefined,
    includeUsage: plan.includeUsage,
  };
}
