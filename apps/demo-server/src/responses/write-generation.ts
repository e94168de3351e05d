import type { GenerationEvent } from "../generation.ts";
import type { RequestPlan } from "../requests/plan-job.ts";
import type { ServedModel } from "../served-model.ts";
import type { Answer, AnswerEnd } from "./answer.ts";
import { writeEvent } from "./event-stream.ts";
import { StepEvents, toLawEvent } from "./live-event.ts";
import { SiftTotals } from "./sift-totals.ts";
import { toTimings, toUsage } from "./usage.ts";

type Events = AsyncGenerator<GenerationEvent, void>;
type End = Extract<GenerationEvent, { kind: "end" }>;

/** Reads a whole generation into one body. @throws the signal's reason when the generation was aborted. */
export async function writeWhole(
  events: Events,
  answer: Answer,
  plan: RequestPlan,
  signal: AbortSignal,
): Promise<object> {
  const totals = new SiftTotals();
  for await (const event of events) {
    if (event.kind === "token") {
      answer.token(event.token);
      if (event.token.statistics) totals.observe(event.token.statistics);
    } else if (event.kind === "end") {
      return answer.whole(readEnd(event, totals, plan, signal));
    }
  }
  throw new Error("a generation ended without a summary");
}

/** A generation as server-sent events. @throws the signal's reason when the generation was aborted. */
export async function* writeStream(
  events: Events,
  answer: Answer,
  plan: RequestPlan,
  served: ServedModel,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const totals = new SiftTotals();
  const steps = plan.siftEvents ? new StepEvents(served.model.config) : undefined;
  let opened = false;
  for await (const event of events) {
    if (!opened) yield* answer.opening().map((chunk) => writeEvent(chunk));
    opened = true;
    if (event.kind === "end") yield* writeEnd(readEnd(event, totals, plan, signal), answer, plan);
    else yield* writeProgress(event, answer, steps);
    if (event.kind === "token" && event.token.statistics) totals.observe(event.token.statistics);
  }
}

function* writeProgress(
  event: Exclude<GenerationEvent, End>,
  answer: Answer,
  steps: StepEvents | undefined,
): Generator<string, void> {
  if (event.kind === "token") {
    const chunk = answer.token(event.token);
    if (chunk) yield writeEvent(chunk);
    const step = steps?.next(event.token);
    if (step) yield writeEvent(step, "sift");
  } else if (steps && event.kind === "prefill") {
    yield writeEvent({ phase: "prefill", ...event.progress }, "sift");
  } else if (steps && event.kind === "laws") {
    yield writeEvent(toLawEvent(event.laws), "sift-law");
  }
}

function* writeEnd(end: AnswerEnd, answer: Answer, plan: RequestPlan): Generator<string, void> {
  yield writeEvent(answer.closing(end));
  if (plan.includeUsage) yield writeEvent(answer.usage(end));
  yield "data: [DONE]\n\n";
}

function readEnd(
  { summary }: End,
  totals: SiftTotals,
  plan: RequestPlan,
  signal: AbortSignal,
): AnswerEnd {
  const { finishReason } = summary;
  if (finishReason === "aborted") throw signal.reason;
  return {
    finishReason,
    usage: toUsage(summary),
    timings: toTimings(summary),
    sift: totals.summary(plan.attention, summary),
  };
}
