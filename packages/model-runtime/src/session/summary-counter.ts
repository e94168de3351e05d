import type { ScheduleCounters } from "@sift-attention/threshold-scheduler";
import type { GeneratedToken, GenerateSummary } from "../generated-token.ts";
import type { Finish } from "./token-writer.ts";

/** The summary of a generation while it grows. */
export class SummaryCounter {
  readonly #summary: { -readonly [Key in keyof GenerateSummary]: GenerateSummary[Key] };

  constructor(promptTokens: number, reusedTokens: number) {
    this.#summary = {
      finishReason: "length",
      promptTokens,
      reusedTokens,
      generatedTokens: 0,
      prefillMs: 0,
      decodeMs: 0,
      valueBytesRead: 0,
      valueBytesSkipped: 0,
      warmupSteps: 0,
      siftSteps: 0,
    };
  }

  addPrefill(durationMs: number): void {
    this.#summary.prefillMs += durationMs;
  }

  add({ durationMs, statistics }: GeneratedToken): void {
    const summary = this.#summary;
    summary.generatedTokens++;
    summary.decodeMs += durationMs;
    if (!statistics) return;
    summary.valueBytesRead += statistics.valueBytesRead;
    summary.valueBytesSkipped += statistics.valueBytesSkipped;
    if (statistics.phase === "warmup") summary.warmupSteps++;
    if (statistics.phase === "sift") summary.siftSteps++;
  }

  end(finish: Finish, counters?: ScheduleCounters): GenerateSummary {
    return { ...this.#summary, ...finish, ...(counters && { schedule: counters }) };
  }
}
