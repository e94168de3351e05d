import { setImmediate } from "node:timers/promises";
import {
  type AttentionMode,
  type GeneratedToken,
  type GenerateOptions,
  type GenerateSummary,
  type HeadLaw,
  type Model,
  ModelError,
  type Prompt,
  type Session,
  type SessionOptions,
  type StepStatistics,
} from "@sift-attention/model-runtime";
import { createByteTokenizer, endToken } from "./byte-tokenizer.ts";

const layers = 2;
const queryHeads = 4;
const kvHeads = 2;
const prefillChunk = 16;

interface Script {
  /** The text that every generation writes, then it stops. Default "The quick brown fox." */
  readonly answer?: string;
  /** Awaited before each token; the step counts from 1. */
  readonly beforeToken?: (step: number) => Promise<void> | void;
  /** Awaited before each chunk of the prompt. */
  readonly beforeChunk?: (tokensDone: number) => Promise<void> | void;
  readonly contextLength?: number;
  readonly noChatTemplate?: boolean;
}

/** A model that writes what it is told to, with the statistics of a small one, and counts what is done with it. */
export interface ScriptedModel extends Model {
  readonly log: {
    readonly generations: {
      readonly prompt: readonly number[];
      readonly options: GenerateOptions;
    }[];
    readonly sessions: SessionOptions[];
    /** Tokens handed out over all generations. */
    tokens: number;
    endedGenerations: number;
    disposed: boolean;
  };
}

export function createScriptedModel(script: Script = {}): ScriptedModel {
  const { contextLength = 512 } = script;
  const log: ScriptedModel["log"] = {
    generations: [],
    sessions: [],
    tokens: 0,
    endedGenerations: 0,
    disposed: false,
  };
  const model: ScriptedModel = {
    log,
    info: {
      source: "scripted",
      family: "llama",
      parameters: 1234,
      weightBytes: 2468,
      weightType: "f16",
      backend: "cpu",
      backendDescription: "cpu, scripted",
    },
    config: {
      family: "llama",
      vocabularySize: 260,
      hiddenSize: 8,
      feedForwardSize: 16,
      layers,
      contextLength,
      normEpsilon: 1e-5,
      rotary: { theta: 1e4, dimensions: 2, layout: "half", scaling: { kind: "none" } },
      tiedEmbeddings: true,
      stopTokens: [256],
      queryHeads,
      kvHeads,
      headDim: 2,
    },
    tokenizer: createByteTokenizer(),
    generationDefaults: { temperature: 0.8, stopTokens: [256] },
    applyChatTemplate(messages, { addGenerationPrompt = true } = {}) {
      if (script.noChatTemplate) throw new ModelError("no-chat-template", "there is no template");
      const turns = messages.map(({ role, content }) => `<|${role}|>${content}<|end|>`);
      return `${turns.join("")}${addGenerationPrompt ? "<|assistant|>" : ""}`;
    },
    contextThatFits: (sequences = 1) => Math.floor(contextLength / sequences),
    async createSession(options = {}) {
      log.sessions.push(options);
      return new ScriptedSession(model, script, Number(options.contextLength ?? contextLength));
    },
    async createBatch() {
      throw new ModelError("bad-option", "the double has no batches");
    },
    async dispose() {
      log.disposed = true;
    },
  };
  return model;
}

class ScriptedSession implements Session {
  readonly contextLength: number;
  readonly memoryBytes = 0;
  readonly #model: ScriptedModel;
  readonly #script: Script;
  #attention: AttentionMode = { kind: "full" };
  #held: readonly number[] = [];
  #reusedTokens = 0;

  constructor(model: ScriptedModel, script: Script, contextLength: number) {
    this.#model = model;
    this.#script = script;
    this.contextLength = contextLength;
  }

  async *generate(
    prompt: Prompt,
    options: GenerateOptions = {},
  ): AsyncGenerator<GeneratedToken, GenerateSummary> {
    try {
      return yield* this.#generate(prompt, options);
    } finally {
      this.#model.log.endedGenerations++;
    }
  }

  async *#generate(
    prompt: Prompt,
    options: GenerateOptions,
  ): AsyncGenerator<GeneratedToken, GenerateSummary> {
    if (!Array.isArray(prompt)) throw new ModelError("bad-option", "the double takes tokens only");
    this.#model.log.generations.push({ prompt, options });
    this.#attention = options.attention ?? { kind: "full" };
    this.#reusedTokens = Math.min(this.prefixTokens(prompt), prompt.length - 1);
    this.#held = prompt;
    const { answer = "The quick brown fox.", beforeToken, beforeChunk } = this.#script;
    const ids = [...this.#model.tokenizer.encode(answer), endToken];
    const summary = (finishReason: GenerateSummary["finishReason"], generatedTokens: number) =>
      this.#summary(prompt.length, finishReason, generatedTokens);

    for (let done = 0; done < prompt.length; done += prefillChunk) {
      await beforeChunk?.(done);
      await setImmediate();
      if (options.signal?.aborted) return summary("aborted", 0);
      const tokensDone = Math.min(prompt.length, done + prefillChunk);
      options.onPrefill?.({ tokensDone, tokensTotal: prompt.length });
    }
    const text = new StreamedText(options.stop ?? []);
    for (const [index, id] of ids.entries()) {
      if (index === options.maxTokens) return summary("length", index);
      await beforeToken?.(index + 1);
      await setImmediate();
      if (options.signal?.aborted) return summary("aborted", index);
      this.#model.log.tokens++;
      yield this.#token(id, index + 1, prompt.length, text.push(id), options);
      if (text.stopped) return summary("stop", index + 1);
    }
    return summary("stop", ids.length);
  }

  #token(
    id: number,
    step: number,
    promptTokens: number,
    text: string,
    { topLogprobs }: GenerateOptions,
  ): GeneratedToken {
    const others = Array.from({ length: topLogprobs ?? 0 }, (_, rank) => ({
      id: (id + rank) % 256,
      logprob: -0.25 - rank,
    }));
    return {
      id,
      text,
      step,
      durationMs: 20,
      ...(topLogprobs !== undefined && { logprob: -0.25, topLogprobs: others }),
      ...(step > 1 && { statistics: this.#statistics(step - 1, promptTokens + step - 1) }),
    };
  }

  /** Sifting keeps a quarter of what each head sees and reads half of the value rows. */
  #statistics(step: number, contextLength: number): StepStatistics {
    const phase = this.#phase(step);
    const selects = phase === "sift" || this.#attention.kind === "top-k";
    const heads = layers * queryHeads;
    const rows = layers * kvHeads * contextLength;
    const read = selects ? rows / 2 : rows;
    return {
      phase,
      step,
      contextLength,
      keptFraction: new Float32Array(heads).fill(selects ? 0.25 : 1),
      unionFraction: new Float32Array(layers * kvHeads).fill(selects ? 0.5 : 1),
      droppedMass: new Float32Array(heads).fill(selects ? 0.03125 : 0),
      ...(phase === "warmup" && { quantiles: new Float32Array(heads).fill(0.0123456) }),
      ...(phase === "sift" && {
        logThresholds: Float32Array.from({ length: heads }, (_, head) =>
          head === 0 ? Number.NEGATIVE_INFINITY : -4.3210987,
        ),
      }),
      valueRowsRead: read,
      valueRowsSkipped: rows - read,
      valueBytesRead: read * 8,
      valueBytesSkipped: (rows - read) * 8,
    };
  }

  #phase(step: number): StepStatistics["phase"] {
    if (this.#attention.kind !== "sift") return "full";
    const { warmup = 64 } = this.#attention;
    return step <= (warmup === "auto" ? 64 : warmup) ? "warmup" : "sift";
  }

  #summary(
    promptTokens: number,
    finishReason: GenerateSummary["finishReason"],
    generatedTokens: number,
  ): GenerateSummary {
    const steps = Array.from({ length: Math.max(0, generatedTokens - 1) }, (_, at) =>
      this.#statistics(at + 1, promptTokens + at + 1),
    );
    const sum = (pick: (step: StepStatistics) => number) =>
      steps.reduce((total, step) => total + pick(step), 0);
    return {
      finishReason,
      promptTokens,
      reusedTokens: this.#reusedTokens,
      generatedTokens,
      prefillMs: 40,
      decodeMs: 20 * generatedTokens,
      valueBytesRead: sum((step) => step.valueBytesRead),
      valueBytesSkipped: sum((step) => step.valueBytesSkipped),
      warmupSteps: sum((step) => Number(step.phase === "warmup")),
      siftSteps: sum((step) => Number(step.phase === "sift")),
    };
  }

  score(): never {
    throw new ModelError("bad-option", "the double does not score");
  }

  laws(): readonly HeadLaw[] {
    return Array.from({ length: layers * queryHeads }, (_, index) => ({
      layer: Math.floor(index / queryHeads),
      head: index % queryHeads,
      x: [10, 11, 12],
      quantiles: [0.01, 0.009, 0.008],
      law: { logScale: -2.34567, exponent: 1.0000123, rSquared: 0.9, residualStd: 0.01 },
    }));
  }

  prefixTokens(tokens: readonly number[]): number {
    const end = tokens.findIndex((id, at) => id !== this.#held[at]);
    return end === -1 ? tokens.length : end;
  }

  scheduleCounters(): undefined {}

  dispose(): void {}
}

/** Text that becomes certain token by token: whole characters, and no start of a stop string. */
class StreamedText {
  readonly #decoder = new TextDecoder();
  readonly #stops: readonly string[];
  #held = "";
  stopped = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  push(id: number): string {
    const isLast = id === endToken;
    const bytes = Uint8Array.from(isLast ? [] : [id]);
    this.#held += this.#decoder.decode(bytes, { stream: !isLast });
    const found = this.#stops.map((stop) => this.#held.indexOf(stop)).filter((at) => at >= 0);
    this.stopped = found.length > 0;
    const certain = this.stopped ? Math.min(...found) : this.#held.length - this.#heldBack(isLast);
    const text = this.#held.slice(0, certain);
    this.#held = this.#held.slice(certain);
    return text;
  }

  #heldBack(isLast: boolean): number {
    if (isLast) return 0;
    for (let length = this.#held.length; length > 0; length--) {
      const tail = this.#held.slice(-length);
      if (this.#stops.some((stop) => stop.startsWith(tail))) return length;
    }
    return 0;
  }
}
