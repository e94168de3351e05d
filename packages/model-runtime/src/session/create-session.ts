import type { ScheduleCounters } from "@sift-attention/threshold-scheduler";
import type { GenerateOptions } from "../generate-options.ts";
import type { GeneratedToken, GenerateSummary } from "../generated-token.ts";
import { ModelError } from "../model-error.ts";
import type {
  HeadLaw,
  Prompt,
  ScoredChunk,
  ScoreOptions,
  Session,
  SessionOptions,
} from "../session.ts";
import type { AttentionSchedule } from "./attention-schedule.ts";
import { createAttentionSchedule } from "./create-schedule.ts";
import type { DecodeLoop } from "./decode-loop.ts";
import { expectRoom } from "./encode-prompt.ts";
import { type AttentionSettings, expectAttentionMode } from "./expect-attention-mode.ts";
import { expectTokens } from "./expect-tokens.ts";
import { openDecodeLoop } from "./open-decode-loop.ts";
import { planGeneration } from "./plan-generation.ts";
import { score } from "./score.ts";
import type { SessionModel } from "./session-model.ts";

/** @throws ModelError "bad-option", "out-of-memory", "aborted", "disposed". */
export async function createSession(
  model: SessionModel,
  options: SessionOptions = {},
): Promise<Session> {
  const attention = expectAttentionMode(options.attention ?? { kind: "sift" });
  const loop = await openDecodeLoop(model, "session", 1, options);
  return new LoopSession(model, loop, attention);
}

/** A decode loop over one slot. */
class LoopSession implements Session {
  readonly contextLength: number;
  readonly memoryBytes: number;
  readonly #model: SessionModel;
  readonly #loop: DecodeLoop;
  readonly #attention: AttentionSettings;
  #schedule: AttentionSchedule | undefined;
  #isRunning = false;

  constructor(model: SessionModel, loop: DecodeLoop, attention: AttentionSettings) {
    const { capacity, byteLength } = loop.slots.current;
    this.contextLength = capacity;
    this.memoryBytes = byteLength;
    this.#model = model;
    this.#loop = loop;
    this.#attention = attention;
  }

  async *generate(
    prompt: Prompt,
    options: GenerateOptions = {},
  ): AsyncGenerator<GeneratedToken, GenerateSummary> {
    this.#loop.slots.expectOpen();
    const place = { attention: this.#attention, capacity: this.contextLength };
    const generation = planGeneration(this.#model, prompt, options, place);
    expectRoom(generation.prompt.length + 1, this.contextLength, "prompt and one token");
    this.#begin(generation.schedule);
    const sequence = this.#loop.add(generation)!;
    try {
      for (;;) {
        for (const event of await this.#loop.step()) {
          if (event.kind === "end") return event.summary;
          yield event.token;
        }
      }
    } finally {
      this.#loop.remove(sequence);
      this.#isRunning = false;
    }
  }

  async *score(
    tokens: readonly number[],
    options: ScoreOptions = {},
  ): AsyncGenerator<ScoredChunk, void> {
    const { slots, contents } = this.#loop;
    slots.expectOpen();
    const { config } = this.#model;
    const settings = options.attention ? expectAttentionMode(options.attention) : this.#attention;
    const given = [...expectTokens("tokens", tokens, config.vocabularySize)];
    expectRoom(given.length, this.contextLength, "tokens");
    const schedule = createAttentionSchedule(settings, config, this.contextLength);
    this.#begin(schedule);
    try {
      yield* score({ slots, contents, tokens: given, schedule, options });
    } finally {
      this.#isRunning = false;
    }
  }

  prefixTokens(tokens: readonly number[]): number {
    return this.#loop.contents.prefix(0, tokens);
  }

  laws(): readonly HeadLaw[] {
    return this.#schedule?.laws() ?? [];
  }

  scheduleCounters(): ScheduleCounters | undefined {
    return this.#schedule?.counters?.();
  }

  dispose(): void {
    this.#loop.slots.dispose();
  }

  /** @throws ModelError "busy". */
  #begin(schedule: AttentionSchedule): void {
    if (this.#isRunning) {
      throw new ModelError(
        "busy",
        "session: expected no other generation or scoring, one is running; wait for it, end it or open another session",
      );
    }
    this.#isRunning = true;
    this.#schedule = schedule;
  }
}
