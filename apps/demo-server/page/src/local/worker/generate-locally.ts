import { type GenerationEvent as ModelEvent, runGeneration } from "../../../../src/generation.ts";
import type { AttentionSettings, ResolvedAttention } from "../../../../src/live-events.ts";
import { planChat, planCompletion, type RequestPlan } from "../../../../src/requests/plan-job.ts";
import { StepEvents, toLawEvent } from "../../../../src/responses/live-event.ts";
import { SiftTotals } from "../../../../src/responses/sift-totals.ts";
import { toTimings } from "../../../../src/responses/usage.ts";
import type { RunnableModel } from "../../../../src/served-model.ts";
import type { GenerationEvent } from "../../api/generation-events.ts";
import type { GenerationSettings } from "../../api/generation-request.ts";

/** What the form leaves out: the runtime's own defaults. */
export const SIFT: Extract<ResolvedAttention, { kind: "sift" }> = {
  kind: "sift",
  quantile: 0.75,
  budget: "model",
  controls: "kept",
  warmup: "auto",
  warmup_limit: 64,
  warmup_tolerance: 1,
  clock: "context-length",
  fit: "slope-prior",
  margin: "none",
  feedback: 1,
  lag: 3,
  max_dropped_mass: "none",
  floor_answer: "lower",
  drift: { slack: 0.05, limit: 3 },
  fallback: "none",
  dense_layers: [],
  dense_heads: [],
  dense_flatness: "none",
  dropped_mass: "mean-value",
  keep_first: 0,
  keep_last: 0,
};

/**
 * Runs a generation in this thread. The plan, the run and its events are the server's own code, so that the page shows
 * the same numbers wherever they come from.
 * @throws ApiError, ModelError.
 */
export async function* generateLocally(
  served: RunnableModel,
  settings: GenerationSettings,
  controller: AbortController,
): AsyncGenerator<GenerationEvent, void> {
  const plan = planRun(served, settings);
  const steps = new StepEvents(served.model.config);
  const totals = new SiftTotals();
  for await (const event of runGeneration(served, plan.job, controller)) {
    if (event.kind === "token" && event.token.statistics) totals.observe(event.token.statistics);
    yield* toPageEvents(event, steps, totals, plan);
  }
}

function planRun(
  served: RunnableModel,
  { format, prompt, attention, sampling }: GenerationSettings,
): RequestPlan {
  const { temperature, topP, maxTokens, seed, repetitionPenalty } = sampling;
  const shared = {
    attention: resolve(attention),
    ...{ temperature, seed, top_p: topP, max_tokens: maxTokens },
    repetition_penalty: repetitionPenalty,
  };
  return format === "chat"
    ? planChat({ ...shared, messages: [{ role: "user", content: prompt }] }, served)
    : planCompletion({ ...shared, prompt }, served);
}

function resolve(settings: AttentionSettings): ResolvedAttention {
  switch (settings.kind) {
    case "sift":
      return { ...SIFT, ...settings } as ResolvedAttention;
    case "top-k":
      return { fraction: 0.25, dropped_mass: "none", ...settings } as ResolvedAttention;
    case "sliding-window":
      return { dropped_mass: "none", ...settings } as ResolvedAttention;
    case "full":
      return settings;
  }
}

function* toPageEvents(
  event: ModelEvent,
  steps: StepEvents,
  totals: SiftTotals,
  plan: RequestPlan,
): Generator<GenerationEvent> {
  if (event.kind === "prefill") {
    yield { kind: "sift", event: { phase: "prefill", ...event.progress } };
  } else if (event.kind === "laws") {
    yield { kind: "law", event: toLawEvent(event.laws) };
  } else if (event.kind === "token") {
    if (event.token.text !== "") yield { kind: "text", text: event.token.text };
    const step = steps.next(event.token);
    if (step) yield { kind: "sift", event: step };
  } else {
    const { summary } = event;
    const sift = totals.summary(plan.attention, summary);
    yield { kind: "end", reason: summary.finishReason, summary: sift, timings: toTimings(summary) };
  }
}
