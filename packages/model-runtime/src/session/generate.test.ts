import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { collect, collectIds } from "../../test/collect.ts";
import { createTinyModel, type TinyModelOptions, toTensor } from "../../test/tiny-model.ts";
import type { AttentionMode } from "../attention-mode.ts";
import type { GenerateOptions, PrefillProgress } from "../generate-options.ts";
import type { Model } from "../model.ts";
import { openModel } from "../open-model.ts";
import type { Session } from "../session.ts";

const golden = JSON.parse(
  readFileSync(new URL("../../test/tiny-model.golden.json", import.meta.url), "utf8"),
) as { readonly tokens: readonly number[]; readonly cases: { readonly greedy: number[] }[] };
const [{ greedy }] = golden.cases as [{ greedy: number[] }];

const models: Model[] = [];

afterEach(async () => {
  for (const model of models.splice(0)) await model.dispose();
});

async function openTiny(options?: TinyModelOptions): Promise<Model> {
  const model = await openModel(createTinyModel(options), { backend: "cpu", cpu: "plain" });
  models.push(model);
  return model;
}

async function fullSession(options?: TinyModelOptions): Promise<Session> {
  return (await openTiny(options)).createSession({ attention: { kind: "full" } });
}

async function twoSessions(model: Model): Promise<readonly [Session, Session]> {
  return Promise.all([model.createSession(FULL), model.createSession(FULL)]);
}

/** Makes the tiny model say the given tokens next, whatever its logits are. */
function forcing(ids: readonly number[]): GenerateOptions {
  return { logitBias: new Map(ids.map((id, i) => [id, 1000 - 10 * i])), repetitionPenalty: 2 };
}

describe("session.generate", () => {
  test("gives the greedy tokens of numpy in float64", async () => {
    const session = await fullSession();
    const { tokens, summary } = await collect(session.generate(golden.tokens, { maxTokens: 16 }));
    expect(tokens.map(({ id }) => id)).toEqual(greedy);
    expect(tokens.map(({ step }) => step)).toEqual(Array.from(greedy, (_, i) => i + 1));
    expect(summary).toMatchObject({
      finishReason: "length",
      promptTokens: 24,
      generatedTokens: 16,
    });
  });

  test("starts over each time, and two sessions that take turns do not disturb each other", async () => {
    const model = await openTiny();
    const [one, two] = await twoSessions(model);
    const alone = await collectIds(two.generate([1, 2, 3], { maxTokens: 16 }));
    const together = await Promise.all([
      collectIds(one.generate(golden.tokens, { maxTokens: 16 })),
      collectIds(two.generate([1, 2, 3], { maxTokens: 16 })),
    ]);
    expect(together).toEqual([greedy, alone]);
  });

  test("another session that runs while a prefill is reported changes nothing", async () => {
    const model = await openTiny();
    const [one, two] = await twoSessions(model);
    const others: Promise<unknown>[] = [];
    const onPrefill = ({ tokensDone }: PrefillProgress): void => {
      if (tokensDone < golden.tokens.length) return;
      others.push(collectIds(two.generate(golden.tokens.toReversed(), { maxTokens: 4 })));
    };
    const ids = await collectIds(one.generate(golden.tokens, { maxTokens: 16, onPrefill }));
    await Promise.all(others);
    expect(others).toHaveLength(1);
    expect(ids).toEqual(greedy);
  });

  test("short prompts of two sessions at the same time do not mix their first tokens", async () => {
    const model = await openTiny();
    const [one, two] = await twoSessions(model);
    const prompts = [
      [1, 2, 3],
      [40, 9, 20],
    ] as const;
    const alone = [
      await collectIds(one.generate(prompts[0], { maxTokens: 2 })),
      await collectIds(two.generate(prompts[1], { maxTokens: 2 })),
    ];
    expect(alone[0]![0]).not.toBe(alone[1]![0]);
    const together = await Promise.all([
      collectIds(one.generate(prompts[0], { maxTokens: 2 })),
      collectIds(two.generate(prompts[1], { maxTokens: 2 })),
    ]);
    expect(together).toEqual(alone);
  });

  test.each<AttentionMode>([
    { kind: "full" },
    { kind: "top-k", fraction: 0.5 },
    { kind: "sift", warmup: 2 },
    { kind: "sift", fixedLogThreshold: -3 },
  ])("a prompt token of broken weights is told, not read over, under %j", async (attention) => {
    for (const cpu of ["plain", "wasm"] as const) {
      const files = createTinyModel({ config: { tiedEmbeddings: false } });
      const name = "model.embed_tokens.weight";
      const numbers = new Float32Array(67 * 32).fill(0.1).fill(Number.NaN, 5 * 32, 6 * 32);
      const tensors = new Map([...files.tensors, [name, toTensor(name, [67, 32], numbers)]]);
      const model = await openModel({ ...files, tensors }, { backend: "cpu", cpu });
      models.push(model);
      const session = await model.createSession({ attention });
      const generation = session.generate([5, 1, 2, 3, 4, 6, 7]);
      await expect(collect(generation)).rejects.toMatchObject({ code: "bad-logits" });
    }
  });

  test("statistics say that full attention reads every value row; the first token has none", async () => {
    const session = await fullSession();
    const { tokens, summary } = await collect(session.generate(golden.tokens, { maxTokens: 3 }));
    expect(tokens[0]!.statistics).toBeUndefined();
    const { keptFraction, unionFraction, droppedMass, ...counts } = tokens[2]!.statistics!;
    expect(counts).toEqual({
      phase: "full",
      step: 2,
      contextLength: 26,
      valueRowsRead: 2 * 2 * 26,
      valueRowsSkipped: 0,
      valueBytesRead: 2 * 2 * 26 * 8 * 4,
      valueBytesSkipped: 0,
    });
    expect([...keptFraction]).toEqual(new Array(2 * 4).fill(1));
    expect([...unionFraction]).toEqual(new Array(2 * 2).fill(1));
    expect([...droppedMass]).toEqual(new Array(2 * 4).fill(0));
    expect(summary.valueBytesRead).toBe(2 * 2 * (25 + 26) * 8 * 4);
  });

  test("top-k keeps its fraction of the keys and skips value rows", async () => {
    const model = await openTiny();
    const session = await model.createSession({ attention: { kind: "top-k", fraction: 0.25 } });
    const { tokens, summary } = await collect(session.generate(golden.tokens, { maxTokens: 8 }));
    for (const { statistics } of tokens.slice(1)) {
      const { contextLength, keptFraction, valueRowsSkipped, droppedMass } = statistics!;
      const kept = Math.ceil(0.25 * contextLength) / contextLength;
      for (const fraction of keptFraction) expect(fraction).toBeCloseTo(kept, 6);
      for (const mass of droppedMass) expect(mass).toBeGreaterThan(0);
      expect(valueRowsSkipped).toBeGreaterThan(0);
    }
    expect(summary.valueBytesSkipped).toBeGreaterThan(0);
  });

  test("a sliding window as wide as the context changes nothing", async () => {
    const attention = { kind: "sliding-window", sinks: 0, window: 256 } as const;
    const session = await (await openTiny()).createSession({ attention });
    expect(await collectIds(session.generate(golden.tokens, { maxTokens: 16 }))).toEqual(greedy);
  });

  test("a stop token ends the text and does not show in it", async () => {
    const session = await fullSession({ stopTokens: [3] });
    const { tokens, summary } = await collect(session.generate([50], forcing([1, 2, 3, 4])));
    expect(tokens.map(({ text }) => text)).toEqual(["A", "B", ""]);
    expect(summary).toMatchObject({ finishReason: "stop", generatedTokens: 3 });
    expect(summary.stopText).toBeUndefined();
  });

  test("a stop string is found across tokens; what was held back is not lost", async () => {
    const session = await fullSession({ stopTokens: [9] });
    const stop = ["CDX", "DE"];
    const stopped = await collect(session.generate([50], { ...forcing([1, 2, 3, 4, 5, 6]), stop }));
    expect(stopped.tokens.map(({ text }) => text)).toEqual(["A", "B", "", "", "C"]);
    expect(stopped.summary).toMatchObject({ finishReason: "stop", stopText: "DE" });
    const ended = await collect(session.generate([50], { ...forcing([1, 3, 4, 9]), stop }));
    expect(ended.tokens.map(({ text }) => text)).toEqual(["A", "", "", "CD"]);
    const cut = await collect(session.generate([50], { ...forcing([1, 3]), stop, maxTokens: 2 }));
    expect(cut.tokens.map(({ text }) => text)).toEqual(["A", "C"]);
    expect(cut.summary).toMatchObject({ finishReason: "length" });
  });

  test("a character comes out with its last byte", async () => {
    const session = await fullSession();
    const options = { ...forcing([63, 64, 65, 66]), maxTokens: 4 };
    const { tokens } = await collect(session.generate([50], options));
    expect(tokens.map(({ text }) => text)).toEqual(["", "", "", "\u{1F600}"]);
  });

  test("log-probabilities are of the raw logits, most likely first", async () => {
    const session = await fullSession();
    const options = { maxTokens: 1, topLogprobs: 67, temperature: 0 };
    await expect(collect(session.generate(golden.tokens, options))).rejects.toThrow(/topLogprobs/);
    const [token] = (
      await collect(session.generate(golden.tokens, { ...options, topLogprobs: 20 }))
    ).tokens;
    expect(token!.topLogprobs).toHaveLength(20);
    expect(token!.topLogprobs![0]).toEqual({ id: greedy[0], logprob: token!.logprob });
    const mass = token!.topLogprobs!.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0);
    expect(mass).toBeLessThan(1);
    expect(mass).toBeGreaterThan(20 / 67);
    const biased = await collect(
      session.generate(golden.tokens, { maxTokens: 1, topLogprobs: 0, ...forcing([7]) }),
    );
    expect(biased.tokens[0]).toMatchObject({ id: 7, topLogprobs: [] });
    expect(biased.tokens[0]!.logprob).toBeLessThan(token!.logprob!);
  });

  test("text is encoded with the model's special tokens, messages go through its template", async () => {
    const session = await fullSession();
    const options = { maxTokens: 4 };
    const text = await collect(session.generate("HELLO", options));
    expect(text.summary.promptTokens).toBe(6);
    const messages = [{ role: "user", content: "HI" }];
    const chat = await collect(session.generate({ messages }, options));
    expect(chat.summary.promptTokens).toBe("user:HI;assistant:".length);
  });

  test("reports the prefill and fills the context when maxTokens is not given", async () => {
    const session = await (await openTiny()).createSession({ ...FULL, contextLength: 30 });
    const done: number[] = [];
    const { summary } = await collect(
      session.generate(golden.tokens, {
        onPrefill: ({ tokensDone, tokensTotal }) => {
          expect(tokensTotal).toBe(24);
          done.push(tokensDone);
        },
      }),
    );
    expect(done.at(-1)).toBe(24);
    expect(done).toEqual([...new Set(done)].sort((a, b) => a - b));
    expect(summary).toMatchObject({ finishReason: "length", generatedTokens: 6 });
  });

  test("lets the event loop turn between tokens", async () => {
    const session = await fullSession();
    let turns = 0;
    let isRunning = true;
    const turn = (): void => {
      turns++;
      if (isRunning) setImmediate(turn);
    };
    setImmediate(turn);
    await collect(session.generate([1], { maxTokens: 20 }));
    isRunning = false;
    expect(turns).toBeGreaterThanOrEqual(19);
  });
});

const FULL = { attention: { kind: "full" } } as const;

describe("session.generate, ended early", () => {
  test("an abort before the start is a value, not an error", async () => {
    const session = await fullSession();
    const { tokens, summary } = await collect(
      session.generate(golden.tokens, { signal: AbortSignal.abort() }),
    );
    expect(tokens).toEqual([]);
    expect(summary).toMatchObject({ finishReason: "aborted", generatedTokens: 0 });
  });

  test("an abort during the prefill ends it before the next chunk", async () => {
    const session = await fullSession();
    const controller = new AbortController();
    const chunks: number[] = [];
    const { summary } = await collect(
      session.generate(new Array<number>(200).fill(1), {
        signal: controller.signal,
        onPrefill: ({ tokensDone }) => {
          chunks.push(tokensDone);
          controller.abort();
        },
      }),
    );
    expect(summary.finishReason).toBe("aborted");
    expect(chunks).toHaveLength(1);
    expect(chunks[0]).toBeLessThan(200);
  });

  test("an abort during the decode ends it before the next token", async () => {
    const session = await fullSession();
    const controller = new AbortController();
    const generation = session.generate(golden.tokens, { signal: controller.signal });
    await generation.next();
    await generation.next();
    controller.abort();
    const last = await generation.next();
    expect(last).toMatchObject({
      done: true,
      value: { finishReason: "aborted", generatedTokens: 2 },
    });
  });

  test("a session is busy while a generation runs, and free when the consumer breaks off", async () => {
    const session = await fullSession();
    for await (const token of session.generate(golden.tokens)) {
      expect(token.step).toBe(1);
      const second = session.generate(golden.tokens);
      await expect(second.next()).rejects.toMatchObject({ code: "busy" });
      await expect(session.score([1]).next()).rejects.toMatchObject({ code: "busy" });
      break;
    }
    expect(await collectIds(session.generate(golden.tokens, { maxTokens: 16 }))).toEqual(greedy);
  });

  test("a session that is disposed of ends its generation with a typed error", async () => {
    const session = await fullSession();
    const generation = session.generate(golden.tokens);
    await generation.next();
    session.dispose();
    await expect(generation.next()).rejects.toMatchObject({ code: "disposed" });
    await expect(session.generate([1]).next()).rejects.toMatchObject({ code: "disposed" });
    await expect(session.score([1]).next()).rejects.toMatchObject({ code: "disposed" });
    session.dispose();
  });

  test("a prompt that leaves no room is refused with both numbers", async () => {
    const session = await (await openTiny()).createSession({ ...FULL, contextLength: 24 });
    await expect(session.generate(golden.tokens).next()).rejects.toMatchObject({
      code: "context-overflow",
      message: expect.stringMatching(/24.*25/),
    });
    const shorter = golden.tokens.slice(1);
    expect((await collect(session.generate(shorter))).summary.generatedTokens).toBe(1);
  });

  test.each<[string, GenerateOptions]>([
    ["maxTokens", { maxTokens: 0 }],
    ["topLogprobs", { topLogprobs: 21 }],
    ["stop[1]", { stop: ["ok", ""] }],
    ["stop[0]", { stop: ["\uD83D"] }],
    ["temperature", { temperature: -1 }],
    ["attention.fraction", { attention: { kind: "top-k", fraction: 0 } }],
    ["attention.window", { attention: { kind: "sliding-window", sinks: 0, window: 0 } }],
    ["attention.quantile", { attention: { kind: "sift", quantile: 1 } }],
    ["attention.warmup", { attention: { kind: "sift", warmup: 1 } }],
    ["attention.margin", { attention: { kind: "sift", margin: 0.5 } }],
    ["attention.keepFirst", { attention: { kind: "sift", keepFirst: -1 } }],
    ["attention.fixedLogThreshold", { attention: { kind: "sift", fixedLogThreshold: Infinity } }],
    ["attention.kind", { attention: JSON.parse('{"kind":"best"}') as { kind: "full" } }],
    [
      "attention.clock",
      { attention: JSON.parse('{"kind":"sift","clock":"wall"}') as { kind: "sift" } },
    ],
  ])("%s out of range is refused by name and the session stays free", async (name, options) => {
    const session = await fullSession();
    await expect(session.generate([1], options).next()).rejects.toMatchObject({
      code: "bad-option",
      message: expect.stringContaining(name),
    });
    expect((await collect(session.generate([1], { maxTokens: 1 }))).tokens).toHaveLength(1);
  });

  test.each([[[]], [[67]], [[-1]], [[0.5]]])(
    "a prompt of the tokens %o is refused",
    async (prompt) => {
      const session = await fullSession();
      await expect(session.generate(prompt).next()).rejects.toMatchObject({ code: "bad-option" });
    },
  );
});
