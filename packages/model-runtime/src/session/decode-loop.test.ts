import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collect, collectIds } from "../../test/collect.ts";
import type { TinyModelOptions } from "../../test/tiny-model.ts";
import type { AttentionMode } from "../attention-mode.ts";
import type { GenerateOptions } from "../generate-options.ts";
import type { GeneratedToken, GenerateSummary } from "../generated-token.ts";
import type { Session } from "../session.ts";
import {
  createScriptedBackend,
  createScriptedModel,
  type ScriptedBackend,
} from "./scripted-backend.fixture.ts";

const PROMPT = Array.from({ length: 12 }, (_, i) => (5 * i * i + 3) % 67);
const MODES: readonly AttentionMode[] = [
  { kind: "full" },
  { kind: "top-k", fraction: 0.5 },
  { kind: "sift", warmup: 4 },
  { kind: "sift", warmup: 3, keepFirst: 2, keepLast: 13 },
  { kind: "sift", fixedLogThreshold: -3 },
];

function open(
  backends: readonly ScriptedBackend[],
  options?: TinyModelOptions & { readonly contextLength?: number },
): Promise<Session> {
  const { contextLength = 128, ...model } = options ?? {};
  return createScriptedModel(backends, model).createSession({ contextLength });
}

type Collected = Awaited<ReturnType<typeof collect>>;

/** All that does not depend on the clock. */
function told({ tokens, summary }: Collected): unknown {
  const { prefillMs: _, decodeMs: __, ...rest } = summary;
  return { tokens: tokens.map(({ durationMs: ___, ...token }) => token), summary: rest };
}

/** What a generation gives that waits for each token and is not disturbed. */
async function undisturbed(options: GenerateOptions, prompt = PROMPT): Promise<unknown> {
  const session = await open([createScriptedBackend({ decodesAhead: 1 })]);
  return told(await collect(session.generate(prompt, options)));
}

describe("decodes ahead", () => {
  test.each(MODES)("give the same tokens and statistics as waiting does: %j", async (attention) => {
    const options = { attention, maxTokens: 20, temperature: 1, seed: 9, topLogprobs: 0 };
    const expected = await undisturbed(options);
    for (const decodesAhead of [2, 3]) {
      const session = await open([createScriptedBackend({ decodesAhead })]);
      expect(told(await collect(session.generate(PROMPT, options)))).toEqual(expected);
    }
  });

  test("a second decode is on its way before the first is answered, and no more", async () => {
    const backend = createScriptedBackend();
    const session = await open([backend]);
    const generation = session.generate(PROMPT, { attention: { kind: "full" } });
    await generation.next();
    backend.hold();
    const second = generation.next();
    await settle();
    expect(backend.calls.slice(3)).toEqual(["decode 0@12", "decode 0@13"]);
    await backend.answer();
    expect((await second).value).toMatchObject({ step: 2 });
    expect(backend.pending).toBe(1);
    session.dispose();
  });

  test("the first sifted row waits for the last warmup row, and no other", async () => {
    const backend = createScriptedBackend();
    const session = await open([backend]);
    const attention = { kind: "sift", warmup: 3 } as const;
    const generation = session.generate(PROMPT, { attention });
    await generation.next();
    backend.hold();
    const underWay: number[] = [];
    for (let step = 2; step < 8; step++) {
      const next = generation.next();
      await settle();
      underWay.push(backend.pending);
      await backend.answer();
      await next;
    }
    expect(underWay).toEqual([2, 2, 1, 2, 2, 2]);
    session.dispose();
  });

  test("no row is run for a token that maxTokens or the context leaves no room for", async () => {
    const backend = createScriptedBackend();
    const session = await open([backend], { contextLength: 16 });
    const attention = { kind: "full" } as const;
    const { summary } = await collect(session.generate(PROMPT, { attention, maxTokens: 3 }));
    expect(summary).toMatchObject({ generatedTokens: 3, finishReason: "length" });
    expect(backend.calls.filter((call) => call.startsWith("decode"))).toHaveLength(2);
    const full = await collect(session.generate(PROMPT, { attention }));
    expect(full.summary).toMatchObject({ generatedTokens: 4, finishReason: "length" });
    expect(backend.calls.at(-1)).toBe("decode 0@14");
  });

  test("what a stop token overshoots is not reported, and the next prompt is not disturbed", async () => {
    const ids = (await collect((await open([createScriptedBackend()])).generate(PROMPT, FULL)))
      .tokens;
    const stop = ids[6]!.id;
    const first = ids.findIndex(({ id }) => id === stop);
    const backend = createScriptedBackend();
    const session = await open([backend], { stopTokens: [stop] });
    const { tokens, summary } = await collect(session.generate(PROMPT, FULL));
    expect(tokens.map(({ id }) => id)).toEqual(ids.slice(0, first + 1).map(({ id }) => id));
    expect(summary).toMatchObject({ finishReason: "stop", generatedTokens: first + 1 });
    expect(backend.calls.at(-1)).toBe(`decode 0@${PROMPT.length + first}`);
    const again = await collect(session.generate(PROMPT, FULL));
    expect(again.tokens.map(({ id }) => id)).toEqual(tokens.map(({ id }) => id));
    expect(again.summary.reusedTokens).toBe(PROMPT.length - 1);
  });

  test("an overshooting call that fails disturbs nobody", async () => {
    const backend = createScriptedBackend();
    const session = await open([backend]);
    const options = { ...FULL, maxTokens: 30 };
    const generation = session.generate(PROMPT, options);
    for (let i = 0; i < 3; i++) await generation.next();
    backend.failAfter(0, "bad-logits");
    await generation.next();
    await generation.return(undefined as unknown as GenerateSummary);
    const { tokens } = await collect(session.generate(PROMPT, options));
    expect(tokens).toHaveLength(30);
  });
});

const FULL = { attention: { kind: "full" }, maxTokens: 16, seed: 1 } as const;

describe("a generation whose calls are under way", () => {
  test("ends within one call when it is aborted, and does not report what comes", async () => {
    const backend = createScriptedBackend();
    const session = await open([backend]);
    const controller = new AbortController();
    const generation = session.generate(PROMPT, { ...FULL, signal: controller.signal });
    await generation.next();
    backend.hold();
    const next = generation.next();
    await settle();
    controller.abort();
    await backend.answer();
    expect(await next).toMatchObject({
      done: true,
      value: { finishReason: "aborted", generatedTokens: 1 },
    });
  });

  test("ends within one chunk of the prompt when it is aborted", async () => {
    const backend = createScriptedBackend();
    const session = await open([backend]);
    const controller = new AbortController();
    backend.hold();
    const next = session.generate(PROMPT, { ...FULL, signal: controller.signal }).next();
    await settle();
    controller.abort();
    await backend.answer();
    expect((await next).value).toMatchObject({ finishReason: "aborted", generatedTokens: 0 });
    expect(backend.calls).toEqual(["run 0: 0…4"]);
  });

  test("is refused with a typed error when its session is disposed of", async () => {
    const backend = createScriptedBackend();
    const session = await open([backend]);
    const generation = session.generate(PROMPT, FULL);
    await generation.next();
    backend.hold();
    const next = generation.next();
    await settle();
    session.dispose();
    await expect(next).rejects.toMatchObject({ code: "disposed", message: /session/ });
  });

  test("tells of a failed call, and the session can be used again", async () => {
    const backend = createScriptedBackend();
    const session = await open([backend]);
    backend.failAfter(5, "bad-logits");
    await expect(collect(session.generate(PROMPT, FULL))).rejects.toMatchObject({
      code: "bad-logits",
    });
    const { tokens, summary } = await collect(session.generate(PROMPT, FULL));
    expect(tokens).toHaveLength(16);
    expect(summary.reusedTokens).toBe(0);
  });
});

describe("a lost device", () => {
  test("costs no token and doubles none, whenever it goes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...MODES),
        fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 3 }),
        async (attention, losses, decodesAhead) => {
          const options = { attention, maxTokens: 20, temperature: 1, seed: 4 };
          const backends = [...losses, Infinity].map((calls) => {
            const backend = createScriptedBackend({ decodesAhead });
            // At least one token comes: the prompt takes three calls, a replay at most seven more.
            backend.loseAfter(12 + calls);
            return backend;
          });
          const session = await open(backends);
          const { tokens, summary } = await collect(session.generate(PROMPT, options));
          expect(tokens.map(({ step }) => step)).toEqual(Array.from(tokens, (_, i) => i + 1));
          expect(summary).toMatchObject({ generatedTokens: 20, finishReason: "length" });
          if (attention.kind === "full" || attention.kind === "sift") {
            const expected = (await undisturbed(options)) as { tokens: GeneratedToken[] };
            expect(steps(tokens)).toEqual(steps(expected.tokens));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test("under full attention the tokens and statistics are those of a device that stays", async () => {
    const options = { ...FULL, temperature: 1, seed: 11, topLogprobs: 0 };
    const expected = await undisturbed(options);
    for (let calls = 0; calls < 18; calls++) {
      const lost = createScriptedBackend();
      lost.loseAfter(calls);
      const session = await open([lost, createScriptedBackend()]);
      expect(told(await collect(session.generate(PROMPT, options)))).toEqual(expected);
      expect(lost.isDisposed).toBe(true);
    }
  });

  test("is opened once for all sessions", async () => {
    const [lost, next] = [createScriptedBackend(), createScriptedBackend()];
    const model = createScriptedModel([lost, next]);
    const sessions = await Promise.all([1, 2, 3].map(() => model.createSession()));
    lost.loseAfter(20);
    const ids = await Promise.all(
      sessions.map((session) => collectIds(session.generate(PROMPT, FULL))),
    );
    expect(ids[1]).toEqual(ids[0]);
    expect(ids[2]).toEqual(ids[0]);
    await model.dispose();
    expect(next.isDisposed).toBe(true);
  });

  test("does not end a session that was idle when it happened, nor one whose calls went with it", async () => {
    const [lost, next] = [createScriptedBackend(), createScriptedBackend()];
    const model = createScriptedModel([lost, next]);
    const [busy, other, idle] = await Promise.all([1, 2, 3].map(() => model.createSession()));
    const waiting = other!.generate(PROMPT, FULL);
    const first = await waiting.next(); // its next calls are under way
    if (first.done) throw new Error("expected a token");
    lost.loseAfter(6);
    const ids = await collectIds(busy!.generate(PROMPT, FULL));
    const calls = lost.calls.length;
    expect([first.value.id, ...(await collectIds(waiting))]).toEqual(ids);
    expect(await collectIds(idle!.generate(PROMPT, FULL))).toEqual(ids);
    expect(lost.calls).toHaveLength(calls);
    await model.dispose();
  });

  test("twice before a token comes is an error, and the session works on the next device", async () => {
    const backends = [8, 2, Infinity].map((calls) => {
      const backend = createScriptedBackend();
      backend.loseAfter(calls);
      return backend;
    });
    const session = await open(backends);
    await expect(collect(session.generate(PROMPT, FULL))).rejects.toMatchObject({
      code: "device-lost",
    });
    expect(await collectIds(session.generate(PROMPT, FULL))).toHaveLength(16);
  });

  test("that cannot be opened again is an error that says why", async () => {
    const backend = createScriptedBackend();
    backend.loseAfter(8);
    const session = await open([backend]);
    await expect(collect(session.generate(PROMPT, FULL))).rejects.toMatchObject({
      code: "device-lost",
      message: expect.stringContaining("no other device"),
      cause: expect.objectContaining({ code: "no-backend" }),
    });
  });

  test("ends a scoring with an error, and the next one runs on another device", async () => {
    const backend = createScriptedBackend();
    backend.loseAfter(1);
    const session = await open([backend, createScriptedBackend()]);
    const score = async (): Promise<void> => {
      for await (const _ of session.score(PROMPT, { attention: FULL.attention }));
    };
    await expect(score()).rejects.toMatchObject({ code: "device-lost" });
    await score();
  });
});

function steps(tokens: readonly GeneratedToken[]): unknown {
  return tokens.map(({ step, statistics }) => ({
    step,
    phase: statistics?.phase,
    contextLength: statistics?.contextLength,
    kept: statistics?.keptFraction,
    logThresholds: statistics?.logThresholds,
  }));
}

/** Lets everything run that waits for nobody. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
