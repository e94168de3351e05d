import type { GeneratedToken, GenerateSummary } from "../generated-token.ts";
import { createRandom } from "../sampling/random.ts";
import { createSampler } from "../sampling/sampler.ts";
import { logSumExp, topLogprobs } from "../sampling/token-logprobs.ts";
import type { StepStatistics } from "../step-statistics.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { type AttentionSchedule, planFull } from "./attention-schedule.ts";
import type { GenerateSettings } from "./generate-settings.ts";
import type { Sequence } from "./sequence.ts";
import { toStepStatistics } from "./step-statistics.ts";
import { TextStream } from "./text-stream.ts";

/** What a generation works with. */
export interface Generation {
  readonly sequence: Sequence;
  readonly tokenizer: Tokenizer;
  /** [promptTokens], at least one. */
  readonly prompt: readonly number[];
  readonly stopTokens: ReadonlySet<number>;
  readonly settings: GenerateSettings;
  readonly schedule: AttentionSchedule;
}

/** Logits of the next token, and how attention computed them when a schedule was asked. */
interface Prediction {
  /** [vocabulary]. After a decode pass it is a view that the next pass of any session overwrites. */
  readonly logits: Float32Array;
  readonly statistics?: StepStatistics;
}

/** The summary while it grows. */
type RunningSummary = { -readonly [Key in keyof GenerateSummary]: GenerateSummary[Key] };

/**
 * Prefill under full attention, then one pass a token under the schedule. Step t is the pass whose query is generated
 * token t, so the token it predicts is number t + 1 and the prefill predicts the first.
 */
export async function* generate(
  generation: Generation,
): AsyncGenerator<GeneratedToken, GenerateSummary> {
  const { sequence, settings, prompt } = generation;
  const summary = emptySummary(prompt.length);
  const startMs = performance.now();
  let prediction = await prefill(generation);
  summary.prefillMs = performance.now() - startMs;
  if (!prediction) return { ...summary, finishReason: "aborted" };
  const writer = createWriter(generation);
  const tokens = [...prompt];
  for (;;) {
    const stepStartMs = performance.now();
    if (tokens.length > prompt.length) {
      await sequence.pause();
      if (settings.signal?.aborted) return { ...summary, finishReason: "aborted" };
      prediction = decode(generation, tokens);
      countAttention(summary, prediction.statistics);
    }
    const { finish, ...token } = writer.write(prediction);
    tokens.push(token.id);
    const durationMs = performance.now() - stepStartMs;
    summary.generatedTokens++;
    summary.decodeMs += durationMs;
    yield { ...token, durationMs };
    if (finish) return { ...summary, ...finish };
  }
}

/** Logits after the prompt, or undefined when it was aborted. */
async function prefill(generation: Generation): Promise<Prediction | undefined> {
  const { sequence, prompt, settings } = generation;
  for (let done = 0; done < prompt.length; ) {
    if (settings.signal?.aborted) return undefined;
    const rows = sequence.pacer.rows(Math.min(prompt.length - done, sequence.decoder.maxRows));
    sequence.run(prompt, done, planFull(rows));
    done += rows;
    // A copy, taken before anybody is told: another session's pass writes to the same memory.
    const logits = done === prompt.length && sequence.decoder.logits(rows - 1, 1).slice();
    settings.onPrefill?.({ tokensDone: done, tokensTotal: prompt.length });
    if (logits) return { logits };
    await sequence.pause();
  }
  return undefined;
}

/** Runs the last token. */
function decode({ sequence, schedule }: Generation, tokens: readonly number[]): Prediction {
  const position = tokens.length - 1;
  const plan = schedule.plan(position, 1);
  const pass = sequence.run(tokens, position, plan);
  const statistics = toStepStatistics(plan, pass, sequence.config);
  schedule.observe(pass);
  return { logits: sequence.decoder.logits(0, 1), statistics };
}

type WrittenToken = Omit<GeneratedToken, "durationMs"> & {
  readonly finish?: Pick<GenerateSummary, "finishReason" | "stopText">;
};

/** Turns predictions into tokens and their text, and knows when to stop. */
function createWriter(generation: Generation): { write(prediction: Prediction): WrittenToken } {
  const { sequence, settings, tokenizer, prompt, stopTokens } = generation;
  const sampler = createSampler(settings.sampling, sequence.config.vocabularySize, prompt);
  const random = createRandom(settings.sampling.seed);
  const text = new TextStream(settings.stop);
  const tokensLeft = sequence.cache.capacity - prompt.length;
  const maxTokens = Math.min(settings.maxTokens, tokensLeft);
  let step = 0;
  return {
    write({ logits, statistics }) {
      const id = sampler.next(logits, settings.sampling.temperature > 0 ? random() : 0);
      step++;
      const isStopToken = stopTokens.has(id);
      const certain = isStopToken ? "" : text.push(tokenizer.tokenBytes(id));
      const finish = finishOf(isStopToken, text.stopText, step === maxTokens);
      return {
        id,
        text: finish ? certain + text.end() : certain,
        step,
        ...logprobsOf(logits, id, settings.topLogprobs),
        ...(statistics && { statistics }),
        ...(finish && { finish }),
      };
    },
  };
}

function finishOf(
  isStopToken: boolean,
  stopText: string | undefined,
  isLast: boolean,
): WrittenToken["finish"] {
  if (stopText !== undefined) return { finishReason: "stop", stopText };
  if (isStopToken) return { finishReason: "stop" };
  return isLast ? { finishReason: "length" } : undefined;
}

function logprobsOf(
  logits: Float32Array,
  id: number,
  count: number | undefined,
): Pick<GeneratedToken, "logprob" | "topLogprobs"> {
  if (count === undefined) return {};
  const normaliser = logSumExp(logits);
  return {
    logprob: logits[id]! - normaliser,
    topLogprobs: topLogprobs(logits, count, normaliser),
  };
}

function emptySummary(promptTokens: number): RunningSummary {
  return {
    finishReason: "length",
    promptTokens,
    generatedTokens: 0,
    prefillMs: 0,
    decodeMs: 0,
    valueBytesRead: 0,
    valueBytesSkipped: 0,
    warmupSteps: 0,
    siftSteps: 0,
  };
}

function countAttention(summary: RunningSummary, statistics: StepStatistics | undefined): void {
  if (!statistics) return;
  summary.valueBytesRead += statistics.valueBytesRead;
  summary.valueBytesSkipped += statistics.valueBytesSkipped;
  if (statistics.phase === "warmup") summary.warmupSteps++;
  if (statistics.phase === "sift") summary.siftSteps++;
}
