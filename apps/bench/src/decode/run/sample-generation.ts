import type {
  AttentionMode,
  GeneratedToken,
  Session,
  StepStatistics,
} from "@sift-attention/model-runtime";

/** What is generated for a sample. */
export interface GenerationTask {
  readonly prompt: readonly number[];
  readonly attention: AttentionMode;
  /** Untimed tokens behind the prompt's. */
  readonly warmup: number;
  /** Timed tokens. */
  readonly tokens: number;
  readonly signal: AbortSignal;
}

/** What one generation took. */
export interface GenerationSample {
  /** From the call to the first token. */
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number;
  /** Share of value rows read, mean over layers, KV heads and the timed tokens. */
  readonly keptUnion: number;
  /** Of the last token. */
  readonly statistics: StepStatistics;
}

/** Generates greedily and times the tokens behind the warmup. @throws the signal's reason. */
export async function sampleGeneration(
  session: Session,
  { prompt, attention, warmup, tokens, signal }: GenerationTask,
): Promise<GenerationSample> {
  const begun = performance.now();
  const options = { maxTokens: 1 + warmup + tokens, temperature: 0, attention, signal };
  let [firstTokenMs, timedFrom, union] = [0, 0, 0];
  let last: GeneratedToken | undefined;
  for await (const token of session.generate(prompt, options)) {
    if (token.step === 1) firstTokenMs = performance.now() - begun;
    if (token.step === 1 + warmup) timedFrom = performance.now();
    if (token.step > 1 + warmup) union += meanOf(token.statistics!.unionFraction) / tokens;
    last = token;
  }
  signal.throwIfAborted();
  const tokensPerSecond = (1000 * tokens) / (performance.now() - timedFrom);
  return { firstTokenMs, tokensPerSecond, keptUnion: union, statistics: last!.statistics! };
}

export function meanOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}
