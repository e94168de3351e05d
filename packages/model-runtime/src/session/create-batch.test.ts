import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { collect } from "../../test/collect.ts";
import { createTinyModel, type TinyModelOptions } from "../../test/tiny-model.ts";
import type { AttentionMode } from "../attention-mode.ts";
import type { Batch, BatchEvent, BatchSequence } from "../batch.ts";
import type { GenerateOptions } from "../generate-options.ts";
import type { GeneratedToken, GenerateSummary } from "../generated-token.ts";
import type { Model } from "../model.ts";
import { openModel } from "../open-model.ts";
import { createScriptedBackend, createScriptedModel } from "./scripted-backend.fixture.ts";

const models: Model[] = [];

afterEach(async () => {
  for (const model of models.splice(0)) await model.dispose();
});

async function openTiny(options?: TinyModelOptions): Promise<Model> {
  const model = await openModel(createTinyModel(options), { backend: "cpu", cpu: "plain" });
  models.push(model);
  return model;
}

function added(batch: Batch, prompt: readonly number[], options: GenerateOptions): BatchSequence {
  const addition = batch.add(prompt, options);
  if (addition.kind !== "added") throw new Error(addition.kind);
  return addition.sequence;
}

/** What a batch has brought for each sequence. */
class Outcomes {
  readonly tokens = new Map<BatchSequence, GeneratedToken[]>();
  readonly summaries = new Map<BatchSequence, GenerateSummary>();

  add(events: readonly BatchEvent[]): void {
    for (const event of events) {
      expect(this.summaries.has(event.sequence)).toBe(false);
      if (event.kind === "end") this.summaries.set(event.sequence, event.summary);
      else this.tokens.set(event.sequence, [...this.of(event.sequence), event.token]);
    }
  }

  of(sequence: BatchSequence): readonly GeneratedToken[] {
    return this.tokens.get(sequence) ?? [];
  }
}

async function finish(batch: Batch, outcomes: Outcomes): Promise<void> {
  while (batch.freeSlots < batch.slots) outcomes.add(await batch.step());
}

function withoutTimes(tokens: readonly GeneratedToken[]): unknown {
  return tokens.map(({ durationMs: _, ...token }) => token);
}

const FULL = { attention: { kind: "full" }, maxTokens: 6, temperature: 0 } as const;
const MODES: readonly AttentionMode[] = [
  { kind: "full" },
  { kind: "top-k", fraction: 0.3 },
  { kind: "sift", warmup: 3 },
  { kind: "sift", warmup: 2, keepFirst: 1, keepLast: 6, droppedMass: "renormalise" },
];

/** What happens to a batch: a prompt comes, some steps pass, a sequence leaves. */
const EVENTS = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("add" as const),
        length: fc.integer({ min: 1, max: 30 }),
        seed: fc.integer({ min: 1, max: 4 }),
        attention: fc.constantFrom(...MODES),
        maxTokens: fc.integer({ min: 1, max: 12 }),
        temperature: fc.constantFrom(0, 1),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("step" as const),
        count: fc.integer({ min: 1, max: 6 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("remove" as const), which: fc.nat() }),
    },
  ),
  { minLength: 4, maxLength: 20 },
);

describe("model.createBatch", () => {
  test("gives the tokens of separate sessions, whoever joins and leaves", async () => {
    const model = await openTiny({ stopTokens: [13] });
    const alone = await model.createSession({ contextLength: 64 });
    await fc.assert(
      fc.asyncProperty(EVENTS, fc.integer({ min: 1, max: 3 }), async (events, slots) => {
        const batch = await model.createBatch({ slots, contextLength: 64 });
        const outcomes = new Outcomes();
        const asked = new Map<BatchSequence, [readonly number[], GenerateOptions]>();
        const removed = new Set<BatchSequence>();
        for (const event of events) {
          if (event.kind === "add") {
            const { length, kind: _, ...options } = event;
            const prompt = Array.from({ length }, (_, i) => (options.seed * i * i + i) % 67);
            const free = batch.freeSlots;
            const addition = batch.add(prompt, { ...options, topLogprobs: 2 });
            expect(addition.kind).toBe(free > 0 ? "added" : "no-slot");
            if (addition.kind === "added") asked.set(addition.sequence, [prompt, options]);
          } else if (event.kind === "remove") {
            const sequence = [...asked.keys()][event.which % Math.max(1, asked.size)];
            const summary = sequence && batch.remove(sequence);
            expect(summary !== undefined).toBe(
              sequence !== undefined && !outcomes.summaries.has(sequence) && !removed.has(sequence),
            );
            if (summary) removed.add(sequence);
          } else {
            for (let i = 0; i < event.count; i++) outcomes.add(await batch.step());
          }
        }
        await finish(batch, outcomes);
        batch.dispose();
        for (const [sequence, [prompt, options]] of asked) {
          const { tokens, summary } = await collect(
            alone.generate(prompt, { ...options, topLogprobs: 2 }),
          );
          const got = outcomes.of(sequence);
          const count = removed.has(sequence) ? got.length : tokens.length;
          expect(withoutTimes(got)).toEqual(withoutTimes(tokens.slice(0, count)));
          if (removed.has(sequence)) continue;
          expect(outcomes.summaries.get(sequence)).toMatchObject({
            finishReason: summary.finishReason,
            generatedTokens: summary.generatedTokens,
            siftSteps: summary.siftSteps,
          });
        }
      }),
      { numRuns: 40 },
    );
  });

  test("decodes all sequences in one call, and reads a newcomer's prompt beside it", async () => {
    const backend = createScriptedBackend({ decodesAhead: 1, maxRows: 4 });
    const batch = await createScriptedModel([backend]).createBatch({ slots: 3, contextLength: 64 });
    added(batch, [1, 2, 3], FULL);
    added(batch, [4, 5], FULL);
    for (let i = 0; i < 3; i++) await batch.step();
    added(batch, [6, 7, 8, 9, 10, 11], FULL);
    for (let i = 0; i < 3; i++) await batch.step();
    expect(backend.calls).toEqual([
      ...["run 0: 0…2"],
      ...["run 1: 0…1", "decode 0@3"],
      ...["decode 0@4 1@2"],
      ...["run 2: 0…3", "decode 0@5 1@3"],
      ...["run 2: 4…5", "decode 0@6 1@4"],
      ...["decode 0@7 1@5 2@6"],
    ]);
  });

  test("decodes ahead give the same tokens", async () => {
    const run = async (decodesAhead: number): Promise<unknown> => {
      const backend = createScriptedBackend({ decodesAhead });
      const batch = await createScriptedModel([backend]).createBatch({ slots: 3 });
      const outcomes = new Outcomes();
      const options = { temperature: 1, seed: 5, attention: { kind: "sift", warmup: 3 } } as const;
      const sequences = [added(batch, [1, 2, 3], { ...options, maxTokens: 9 })];
      for (let i = 0; i < 3; i++) outcomes.add(await batch.step());
      sequences.push(added(batch, [1, 2, 3, 4, 5, 6, 7], { ...options, maxTokens: 12 }));
      for (let i = 0; i < 2; i++) outcomes.add(await batch.step());
      sequences.push(added(batch, [8], { ...options, maxTokens: 7 }));
      await finish(batch, outcomes);
      return sequences.map((sequence) => withoutTimes(outcomes.of(sequence)));
    };
    expect(await run(2)).toEqual(await run(1));
  });

  test("goes on after a lost device: no token is lost or doubled", async () => {
    const run = async (calls: number): Promise<unknown> => {
      const lost = createScriptedBackend();
      lost.loseAfter(calls);
      const model = createScriptedModel([lost, createScriptedBackend()]);
      const batch = await model.createBatch({ slots: 3, contextLength: 64 });
      const outcomes = new Outcomes();
      const prompts = [[1, 2, 3], [4], [5, 6, 7, 8, 9, 10, 11]];
      const options = { ...FULL, maxTokens: 10, temperature: 1, seed: 3 };
      const sequences = prompts.map((prompt) => added(batch, prompt, options));
      await finish(batch, outcomes);
      return sequences.map((sequence) => withoutTimes(outcomes.of(sequence)));
    };
    const expected = await run(Infinity);
    for (let calls = 0; calls < 14; calls++) expect(await run(calls)).toEqual(expected);
  });

  test("full slots and a prompt without room are outcomes, not errors", async () => {
    const batch = await (await openTiny()).createBatch({ slots: 1, contextLength: 8 });
    expect(batch.add([1, 2, 3, 4, 5, 6, 7, 8])).toEqual({
      kind: "no-room",
      promptTokens: 8,
      contextLength: 8,
    });
    const sequence = added(batch, [1, 2, 3, 4, 5, 6], { attention: { kind: "full" } });
    expect(batch.add([1])).toEqual({ kind: "no-slot", slots: 1 });
    const outcomes = new Outcomes();
    await finish(batch, outcomes);
    expect(outcomes.summaries.get(sequence)).toMatchObject({
      finishReason: "length",
      generatedTokens: 2,
    });
    expect(batch.add([1]).kind).toBe("added");
  });

  test("an aborted sequence ends with the next step, the others go on", async () => {
    const batch = await (await openTiny()).createBatch({ slots: 2 });
    const controller = new AbortController();
    const one = added(batch, [1, 2], { ...FULL, signal: controller.signal });
    const two = added(batch, [3, 4], FULL);
    const outcomes = new Outcomes();
    for (let i = 0; i < 3; i++) outcomes.add(await batch.step());
    controller.abort();
    outcomes.add(await batch.step());
    expect(outcomes.summaries.get(one)).toMatchObject({ finishReason: "aborted" });
    await finish(batch, outcomes);
    expect(outcomes.of(two)).toHaveLength(6);
  });

  test("gives a prompt to the free slot that holds most of it", async () => {
    const batch = await (await openTiny()).createBatch({ slots: 3 });
    const outcomes = new Outcomes();
    for (const prompt of [
      [1, 2, 3, 4],
      [9, 8, 7, 6],
    ])
      added(batch, prompt, FULL);
    await finish(batch, outcomes);
    expect(added(batch, [9, 8, 7, 1, 1], FULL).reusedTokens).toBe(3);
    expect(added(batch, [1, 2, 3, 4, 5], FULL).reusedTokens).toBe(4);
    expect(added(batch, [5], FULL).reusedTokens).toBe(0);
  });

  test("takes no second step at a time, and none when it is disposed of", async () => {
    const model = await openTiny();
    const batch = await model.createBatch({ slots: 2, contextLength: 32 });
    expect(batch.memoryBytes).toBe(2 * 2 * (2 * 32 + 1) * 16 * 4);
    expect(await batch.step()).toEqual([]);
    added(batch, [1, 2], FULL);
    const step = batch.step();
    await expect(batch.step()).rejects.toMatchObject({ code: "busy" });
    await step;
    batch.dispose();
    await expect(batch.step()).rejects.toMatchObject({ code: "disposed", message: /^batch/ });
    expect(() => batch.add([1])).toThrow(expect.objectContaining({ code: "disposed" }));
  });

  test.each([0, 1.5])("refuses %d slots", async (slots) => {
    await expect((await openTiny()).createBatch({ slots })).rejects.toMatchObject({
      code: "bad-option",
      message: expect.stringContaining("slots"),
    });
  });
});
