import type { GenerateOptions, SamplingOptions } from "../generate-options.ts";
import type { GeneratedToken, GenerateSummary } from "../generated-token.ts";
import type { Decoder } from "../layers/decoder.ts";
import { createKvCache } from "../layers/kv-cache.ts";
import type { CpuOps } from "../ops/cpu-ops.ts";
import { expectNumber } from "../sampling/expect-number.ts";
import type {
  HeadLaw,
  Prompt,
  ScoredChunk,
  ScoreOptions,
  Session,
  SessionOptions,
} from "../session.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { ModelConfig } from "../weights/model-config.ts";
import type { AttentionSchedule } from "./attention-schedule.ts";
import type { ChunkPacer } from "./chunk-pacer.ts";
import { createAttentionSchedule } from "./create-schedule.ts";
import { encodePrompt, expectRoom, type RenderChat } from "./encode-prompt.ts";
import { type AttentionSettings, expectAttentionMode } from "./expect-attention-mode.ts";
import { expectTokens } from "./expect-tokens.ts";
import { generate } from "./generate.ts";
import { generateSettings } from "./generate-settings.ts";
import { score } from "./score.ts";
import { Sequence } from "./sequence.ts";

/** What all sessions of a model share. */
export interface SessionModel {
  readonly ops: CpuOps;
  readonly config: ModelConfig;
  readonly decoder: Decoder;
  readonly pacer: ChunkPacer;
  readonly tokenizer: Tokenizer;
  readonly renderChat: RenderChat;
  readonly generationDefaults: SamplingOptions;
  readonly stopTokens: ReadonlySet<number>;
}

/** Context that a session gets without asking: longer ones are a matter of memory. */
const DEFAULT_CONTEXT = 8192;

/** @throws ModelError "bad-option", "out-of-memory". */
export function createSession(model: SessionModel, options: SessionOptions = {}): Session {
  const { config, decoder, tokenizer } = model;
  const attention = expectAttentionMode(options.attention ?? { kind: "sift" });
  const contextLength = expectContext(options.contextLength, config);
  const cache = createKvCache(model.ops, config, contextLength);
  const sequence = new Sequence(config, decoder, model.pacer, cache);
  let schedule: AttentionSchedule | undefined;
  const newSchedule = (settings: AttentionSettings): AttentionSchedule => {
    const fitting = fitWarmup(settings, contextLength);
    schedule = createAttentionSchedule(fitting, config, decoder.maxRows);
    return schedule;
  };

  async function* runGeneration(
    prompt: Prompt,
    generateOptions: GenerateOptions = {},
  ): AsyncGenerator<GeneratedToken, GenerateSummary> {
    sequence.expectOpen();
    const defaults = { sampling: model.generationDefaults, attention };
    const settings = generateSettings(generateOptions, defaults, config.vocabularySize);
    const tokens = encodePrompt(prompt, tokenizer, model.renderChat, config.vocabularySize);
    expectRoom(tokens.length + 1, contextLength, "prompt and one token");
    sequence.begin();
    try {
      const { stopTokens } = model;
      const running = newSchedule(settings.attention);
      return yield* generate({
        sequence,
        tokenizer,
        prompt: tokens,
        stopTokens,
        settings,
        schedule: running,
      });
    } finally {
      sequence.end();
    }
  }

  async function* runScore(
    tokens: readonly number[],
    scoreOptions: ScoreOptions = {},
  ): AsyncGenerator<ScoredChunk, void> {
    sequence.expectOpen();
    const settings = scoreOptions.attention
      ? expectAttentionMode(scoreOptions.attention)
      : attention;
    const given = [...expectTokens("tokens", tokens, config.vocabularySize)];
    expectRoom(given.length, contextLength, "tokens");
    sequence.begin();
    try {
      yield* score({
        sequence,
        tokens: given,
        schedule: newSchedule(settings),
        options: scoreOptions,
      });
    } finally {
      sequence.end();
    }
  }

  return {
    contextLength,
    memoryBytes: cache.byteLength,
    generate: runGeneration,
    score: runScore,
    laws: (): readonly HeadLaw[] => schedule?.laws() ?? [],
    dispose: () => sequence.dispose(),
  };
}

/** A warmup that the context cannot end is as good as one that is just too long, and takes no more memory. */
function fitWarmup(settings: AttentionSettings, contextLength: number): AttentionSettings {
  if (settings.kind !== "sift") return settings;
  return { ...settings, warmup: Math.min(settings.warmup, contextLength + 1) };
}

function expectContext(contextLength: number | undefined, config: ModelConfig): number {
  if (contextLength === undefined) return Math.min(config.contextLength, DEFAULT_CONTEXT);
  return expectNumber("contextLength", contextLength, {
    min: 2,
    max: config.contextLength,
    integer: true,
  });
}
