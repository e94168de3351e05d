import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { collect, collectLogits } from "../../test/collect.ts";
import { CPU_KINDS } from "../../test/cpu-kinds.ts";
import { createTinyModel, TINY_CONFIG } from "../../test/tiny-model.ts";
import type { AttentionMode } from "../attention-mode.ts";
import type { GenerateOptions } from "../generate-options.ts";
import type { Model } from "../model.ts";
import { openModel } from "../open-model.ts";
import type { Session } from "../session.ts";

const MODES: readonly AttentionMode[] = [
  { kind: "full" },
  { kind: "top-k", fraction: 0.3, droppedMass: "mean-value" },
  { kind: "sift", warmup: 4 },
  { kind: "sift", fixedLogThreshold: -2.5, droppedMass: "mean-value" },
];
/** A window, so that sums of values are not those of all positions. */
const WINDOWED = {
  config: { slidingWindow: { size: 9, layers: [true, false] } },
};

const models: Model[] = [];

afterEach(async () => {
  for (const model of models.splice(0)) await model.dispose();
});

async function openTiny(
  cpu: "plain" | "wasm",
  options?: Parameters<typeof createTinyModel>[0],
): Promise<Model> {
  const model = await openModel(createTinyModel(options), { backend: "cpu", cpu });
  models.push(model);
  return model;
}

/** All that a generation gives besides the times and the number of reused tokens. */
async function told(session: Session, prompt: readonly number[], options: GenerateOptions) {
  const { tokens, summary } = await collect(session.generate(prompt, options));
  const { prefillMs: _, decodeMs: __, reusedTokens, ...rest } = summary;
  return { reusedTokens, rest, tokens: tokens.map(({ durationMs: ___, ...token }) => token) };
}

describe("a prompt that begins like what the session holds", () => {
  test.each(CPU_KINDS)("gives the same bits as one that runs whole: %s", async (cpu) => {
    const model = await openTiny(cpu, WINDOWED);
    const fresh = await model.createSession({ reusePrefix: false });
    const promptOf = (seed: number, length: number): number[] =>
      Array.from({ length }, (_, i) => (seed * i * i + 7 * i) % TINY_CONFIG.vocabularySize);
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            attention: fc.constantFrom(...MODES),
            keep: fc.integer({ min: 0, max: 60 }),
            length: fc.integer({ min: 1, max: 40 }),
            seed: fc.integer({ min: 1, max: 3 }),
          }),
          { minLength: 2, maxLength: 4 },
        ),
        async (turns) => {
          const session = await model.createSession({ contextLength: 128 });
          let before: readonly number[] = [];
          for (const { attention, keep, length, seed } of turns) {
            const prompt = [...before.slice(0, keep), ...promptOf(seed, length)];
            const options = { attention, maxTokens: 8, temperature: 1, seed, topLogprobs: 3 };
            const { reusedTokens: _, ...reusing } = await told(session, prompt, options);
            const { reusedTokens: none, ...whole } = await told(fresh, prompt, options);
            expect(none).toBe(0);
            expect(reusing).toEqual(whole);
            before = [...prompt, ...reusing.tokens.map(({ id }) => id)];
          }
          session.dispose();
        },
      ),
      { numRuns: 25 },
    );
  });

  test("runs its rest alone, and its last token in any case", async () => {
    const session = await (await openTiny("plain")).createSession();
    const attention = { kind: "full" } as const;
    const prompt = [1, 2, 3, 4, 5, 6];
    const done: number[] = [];
    const onPrefill = ({ tokensDone }: { readonly tokensDone: number }) => done.push(tokensDone);
    const first = await collect(session.generate(prompt, { attention, maxTokens: 4 }));
    expect(first.summary.reusedTokens).toBe(0);
    const same = await collect(session.generate(prompt, { attention, maxTokens: 4, onPrefill }));
    expect(same.summary).toMatchObject({ promptTokens: 6, reusedTokens: 5 });
    expect(done).toEqual([6]);
    const answer = first.tokens.map(({ id }) => id);
    const next = [...prompt, ...answer, 7, 8];
    const turn = await collect(session.generate(next, { attention, maxTokens: 1 }));
    // The last token of the answer was drawn and never run.
    expect(turn.summary.reusedTokens).toBe(6 + 3);
    const other = await collect(session.generate([1, 2, 9], { attention, maxTokens: 1 }));
    expect(other.summary.reusedTokens).toBe(2);
  });

  test("runs rows again that a sifting step left in the cache", async () => {
    const session = await (await openTiny("plain")).createSession();
    const attention = { kind: "sift", warmup: 3 } as const;
    const prompt = [1, 2, 3, 4, 5, 6];
    const { tokens } = await collect(session.generate(prompt, { attention, maxTokens: 9 }));
    const next = [...prompt, ...tokens.map(({ id }) => id), 7];
    const { summary } = await collect(session.generate(next, { attention, maxTokens: 1 }));
    expect(summary.reusedTokens).toBe(6 + 3);
  });

  test("reuses what an aborted prefill has read", async () => {
    const session = await (await openTiny("plain")).createSession();
    const prompt = Array.from({ length: 30 }, (_, i) => i);
    const controller = new AbortController();
    let read = 0;
    const onPrefill = ({ tokensDone }: { readonly tokensDone: number }): void => {
      read = tokensDone;
      controller.abort();
    };
    await collect(session.generate(prompt, { signal: controller.signal, onPrefill }));
    const { summary } = await collect(session.generate(prompt, { maxTokens: 1 }));
    expect(read).toBeGreaterThan(0);
    expect(summary.reusedTokens).toBe(read);
  });

  test("leaves what scoring reports as it is", async () => {
    const model = await openTiny("plain", WINDOWED);
    const [session, fresh] = await Promise.all([
      model.createSession(),
      model.createSession({ reusePrefix: false }),
    ]);
    const tokens = Array.from({ length: 70 }, (_, i) => (3 * i * i) % 67);
    for (const attention of MODES) {
      const options = { attention, attentionFrom: 20, reportFrom: 25 };
      const expected = await collectLogits(fresh.score(tokens, options));
      expect(await collectLogits(session.score(tokens, options))).toEqual(expected);
      expect(await collectLogits(session.score(tokens, options))).toEqual(expected);
    }
  });
});
