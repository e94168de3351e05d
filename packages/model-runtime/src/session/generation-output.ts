import type { ScheduleCounters } from "@sift-attention/threshold-scheduler";
import type { DrawnToken } from "../backend/model-backend.ts";
import type { GeneratedToken, GenerateSummary } from "../generated-token.ts";
import type { StepStatistics } from "../step-statistics.ts";
import type { Generation, SequencePlace } from "./generation.ts";
import { SummaryCounter } from "./summary-counter.ts";
import { createTokenWriter, type TokenWriter } from "./token-writer.ts";

/** One more token, and the summary when it is the last. */
export interface WrittenToken {
  readonly token: GeneratedToken;
  readonly summary?: GenerateSummary;
}

/** Makes what a caller sees out of the drawn tokens of one generation: text, steps, durations and the summary. */
export class GenerationOutput {
  /** Tokens to generate at most. */
  readonly maxTokens: number;
  readonly #writer: TokenWriter;
  readonly #summary: SummaryCounter;
  #step = 0;
  #sinceMs: number | undefined;

  constructor(
    { tokenizer, stopTokens, prompt, settings }: Generation,
    { capacity, reusedTokens }: SequencePlace,
  ) {
    const { stop } = settings;
    this.maxTokens = Math.min(settings.maxTokens, capacity - prompt.length);
    this.#writer = createTokenWriter({ tokenizer, stop, stopTokens, maxTokens: this.maxTokens });
    this.#summary = new SummaryCounter(prompt.length, reusedTokens);
  }

  /** Starts the clock of the next token, unless it runs. */
  wait(): void {
    this.#sinceMs ??= performance.now();
  }

  /** `counters`: of the schedule, for the summary. */
  write(
    drawn: DrawnToken,
    statistics: StepStatistics | undefined,
    counters?: ScheduleCounters,
  ): WrittenToken {
    const { text, finish } = this.#writer.write(drawn.id);
    if (this.#step === 0) this.#summary.addPrefill(this.#takeMs());
    const token: GeneratedToken = {
      id: drawn.id,
      text,
      step: ++this.#step,
      ...(drawn.logprob !== undefined && { logprob: drawn.logprob }),
      ...(drawn.topLogprobs && { topLogprobs: drawn.topLogprobs }),
      ...(statistics && { statistics }),
      durationMs: this.#takeMs(),
    };
    this.#summary.add(token);
    return finish ? { token, summary: this.#summary.end(finish, counters) } : { token };
  }

  abort(counters?: ScheduleCounters): GenerateSummary {
    if (this.#step === 0) this.#summary.addPrefill(this.#takeMs());
    return this.#summary.end({ finishReason: "aborted" }, counters);
  }

  #takeMs(): number {
    const nowMs = performance.now();
    const durationMs = nowMs - (this.#sinceMs ?? nowMs);
    this.#sinceMs = undefined;
    return durationMs;
  }
}
