import { afterEach, describe, expect, test } from "vitest";
import { collect, collectIds, collectLogits } from "../../test/collect.ts";
import { CPU_KINDS } from "../../test/cpu-kinds.ts";
import { createTinyModel } from "../../test/tiny-model.ts";
import type { SiftMode } from "../attention-mode.ts";
import type { GeneratedToken } from "../generated-token.ts";
import type { Model } from "../model.ts";
import { openModel } from "../open-model.ts";
import type { ScoredChunk } from "../session.ts";

const PROMPT = Array.from({ length: 30 }, (_, i) => (11 * i * i + i) % 67);
const NOTHING_DROPPED: SiftMode = { kind: "sift", fixedLogThreshold: -Infinity };
let model: Model | undefined;

afterEach(async () => {
  await model?.dispose();
  model = undefined;
});

async function openTiny(cpu: "plain" | "wasm"): Promise<Model> {
  model = await openModel(createTinyModel(), { backend: "cpu", cpu });
  return model;
}

/** Statistics of the decode steps, 1-based. */
function stepsOf(tokens: readonly GeneratedToken[]): NonNullable<GeneratedToken["statistics"]>[] {
  return tokens.slice(1).map(({ statistics }) => statistics!);
}

interface ScoredRow {
  readonly position: number;
  readonly phase: ScoredChunk["phase"];
  readonly logits: Float32Array;
  /** [layers · queryHeads] */
  readonly kept: number[];
  readonly droppedMass: number[];
  /** [layers · kvHeads] */
  readonly union: number[];
}

/** One entry a row: the chunks' [layers, rows, heads] turned into [layers · heads]. */
async function collectRows(scoring: AsyncGenerator<ScoredChunk>): Promise<ScoredRow[]> {
  const result: ScoredRow[] = [];
  for await (const { rows, firstPosition, phase, logits, ...perHead } of scoring) {
    const take = (numbers: Float32Array, row: number): number[] => {
      const heads = numbers.length / (2 * rows);
      return [0, 1].flatMap((layer) => {
        const from = (layer * rows + row) * heads;
        return [...numbers.subarray(from, from + heads)];
      });
    };
    for (let row = 0; row < rows; row++) {
      result.push({
        position: firstPosition + row,
        phase,
        logits: logits.slice(row * 67, (row + 1) * 67),
        kept: take(perHead.kept, row),
        droppedMass: take(perHead.droppedMass, row),
        union: take(perHead.union, row),
      });
    }
  }
  return result;
}

describe.each(CPU_KINDS)("sift on %s operators", (cpu) => {
  test("runs the warmup under full attention, then drops keys", async () => {
    const session = await (await openTiny(cpu)).createSession();
    const attention: SiftMode = { kind: "sift", warmup: 8, quantile: 0.75 };
    const { tokens, summary } = await collect(
      session.generate(PROMPT, { maxTokens: 33, attention }),
    );
    const steps = stepsOf(tokens);
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 32 }, (_, i) => i + 1));
    for (const step of steps.slice(0, 8)) {
      expect(step).toMatchObject({ phase: "warmup", valueRowsSkipped: 0 });
      expect(step.quantiles!.every((quantile) => quantile > 0 && quantile < 1)).toBe(true);
      expect(step.logThresholds).toBeUndefined();
    }
    for (const step of steps.slice(8)) {
      expect(step.phase).toBe("sift");
      expect(step.quantiles).toBeUndefined();
      expect(step.logThresholds).toHaveLength(2 * 4);
      expect(step.valueRowsRead + step.valueRowsSkipped).toBe(2 * 2 * step.contextLength);
    }
    const kept = steps.slice(8).flatMap(({ keptFraction }) => [...keptFraction]);
    const mean = kept.reduce((sum, fraction) => sum + fraction, 0) / kept.length;
    expect(mean).toBeGreaterThan(0.1);
    expect(mean).toBeLessThan(0.5);
    expect(summary).toMatchObject({ warmupSteps: 8, siftSteps: 24 });
    expect(summary.valueBytesSkipped).toBeGreaterThan(0);
  });

  test("equals full attention bit for bit until the warmup ends", async () => {
    const session = await (await openTiny(cpu)).createSession({ attention: { kind: "full" } });
    const full = await collect(session.generate(PROMPT, { maxTokens: 10, topLogprobs: 20 }));
    const attention: SiftMode = { kind: "sift", warmup: 64, keepFirst: 2, keepLast: 3 };
    const sift = await collect(
      session.generate(PROMPT, { maxTokens: 10, topLogprobs: 20, attention }),
    );
    const logprobs = (tokens: readonly GeneratedToken[]): unknown[] =>
      tokens.map(({ id, topLogprobs }) => ({ id, topLogprobs }));
    expect(logprobs(sift.tokens)).toEqual(logprobs(full.tokens));
  });

  test("the laws hold what the warmup saw", async () => {
    const session = await (await openTiny(cpu)).createSession({
      attention: { kind: "sift", warmup: 6, budget: "head" },
    });
    expect(session.laws()).toEqual([]);
    const generation = session.generate(PROMPT, { maxTokens: 12 });
    for (let i = 0; i < 4; i++) await generation.next();
    expect(session.laws()).toHaveLength(2 * 4);
    expect(session.laws()[5]).toMatchObject({ layer: 1, head: 1, x: [31, 32, 33] });
    expect(session.laws()[5]!.law).toBeUndefined();
    const { tokens } = await collect(generation);
    const [step] = stepsOf(tokens);
    const { x, quantiles, law } = session.laws()[5]!;
    expect(x).toEqual([31, 32, 33, 34, 35, 36]);
    expect(quantiles[4]).toBe(step!.quantiles![5]);
    expect(Number.isFinite(law!.exponent)).toBe(true);
    const sifted = stepsOf(tokens).find(({ phase }) => phase === "sift")!;
    const predicted = law!.logScale - law!.exponent * Math.log(sifted.contextLength);
    expect(sifted.logThresholds![5]).toBeCloseTo(predicted, 5);
  });

  test("exempt keys are always kept, and steps that see no other run before the warmup", async () => {
    const session = await (await openTiny(cpu)).createSession();
    const attention: SiftMode = { kind: "sift", warmup: 4, keepFirst: 3, keepLast: 8 };
    const { tokens } = await collect(
      session.generate(PROMPT.slice(0, 7), { maxTokens: 20, attention }),
    );
    const phases = stepsOf(tokens).map(({ phase }) => phase);
    expect(phases.slice(0, 9)).toEqual([
      ...["full", "full", "full", "full"],
      ...["warmup", "warmup", "warmup", "warmup"],
      "sift",
    ]);
    expect(stepsOf(tokens).map(({ step }) => step)).toEqual(phases.map((_, i) => i + 1));
    for (const { contextLength, keptFraction } of stepsOf(tokens).slice(8)) {
      for (const fraction of keptFraction) {
        expect(fraction * contextLength).toBeGreaterThanOrEqual(11 - 1e-4);
      }
    }
  });

  test("a fixed threshold of −Infinity equals full attention bit for bit: tokens, logits, statistics", async () => {
    const session = await (await openTiny(cpu)).createSession({ attention: { kind: "full" } });
    const options = { maxTokens: 40, temperature: 0, topLogprobs: 20 };
    const full = await collect(session.generate(PROMPT, options));
    const sift = await collect(
      session.generate(PROMPT, { ...options, attention: NOTHING_DROPPED }),
    );
    expect(sift.tokens.map(({ id }) => id)).toEqual(full.tokens.map(({ id }) => id));
    expect(sift.tokens.map((token) => token.topLogprobs)).toEqual(
      full.tokens.map((token) => token.topLogprobs),
    );
    expect(sift.summary).toMatchObject({
      siftSteps: 39,
      valueBytesSkipped: 0,
      valueBytesRead: full.summary.valueBytesRead,
    });
    const tokens = [...PROMPT, ...full.tokens.map(({ id }) => id)];
    const scored = await collectLogits(session.score(tokens));
    expect(await collectLogits(session.score(tokens, { attention: NOTHING_DROPPED }))).toEqual(
      scored,
    );
  });

  test("a fixed threshold of 0 keeps no key but a certain one, and the text changes", async () => {
    const session = await (await openTiny(cpu)).createSession({ attention: { kind: "full" } });
    const full = await collectIds(session.generate(PROMPT, { maxTokens: 20 }));
    const attention: SiftMode = { kind: "sift", fixedLogThreshold: 0, droppedMass: "none" };
    const { tokens } = await collect(session.generate(PROMPT, { maxTokens: 20, attention }));
    expect(tokens.map(({ id }) => id)).not.toEqual(full);
    for (const { keptFraction } of stepsOf(tokens)) {
      expect(Math.max(...keptFraction)).toBeLessThan(0.1);
    }
  });

  test.each<[string, SiftMode]>([
    ["slope prior, mean value", { kind: "sift", warmup: 8 }],
    [
      "the paper's",
      {
        kind: "sift",
        warmup: 16,
        quantile: 0.5,
        clock: "generated-steps",
        fit: "least-squares",
        droppedMass: "none",
        ...{ budget: "head", feedback: "none", drift: "none" },
      },
    ],
    ["the default, after a prompt", { kind: "sift" }],
    ["feedback a head", { kind: "sift", budget: "head", lag: 1 }],
    ["value rows of each group", { kind: "sift", budget: "group", quantile: 0.5 }],
    ["a bound on the dropped mass", { kind: "sift", quantile: 0.9, maxDroppedMass: 0.2 }],
    [
      "margin and exempt keys",
      {
        kind: "sift",
        warmup: 8,
        margin: 0.9,
        keepFirst: 1,
        keepLast: 4,
        droppedMass: "renormalise",
      },
    ],
    ["fixed threshold", { kind: "sift", fixedLogThreshold: Math.log(0.03) }],
  ])("scoring in batches equals decoding one by one, bit for bit: %s", async (_name, attention) => {
    const session = await (await openTiny(cpu)).createSession();
    const decoded = await collect(
      session.generate(PROMPT, { maxTokens: 120, attention, topLogprobs: 20 }),
    );
    const tokens = [...PROMPT, ...decoded.tokens.map(({ id }) => id)];
    const from = PROMPT.length;
    const rows = await collectRows(session.score(tokens, { attention, attentionFrom: from }));
    expect(rows.map(({ position }) => position)).toEqual([...tokens.keys()]);
    for (const [i, { statistics, topLogprobs }] of decoded.tokens.entries()) {
      const row = rows[from - 1 + i]!;
      const raw = [...row.logits].sort((a, b) => b - a);
      expect(topLogprobs!.map(({ id }) => row.logits[id])).toEqual(raw.slice(0, 20));
      if (!statistics) continue;
      expect(row.phase).toBe(statistics.phase);
      const length = statistics.contextLength;
      expect(row.kept.map((keys) => Math.fround(keys / length))).toEqual([
        ...statistics.keptFraction,
      ]);
      expect(row.union.map((keys) => Math.fround(keys / length))).toEqual([
        ...statistics.unionFraction,
      ]);
      expect(row.droppedMass).toEqual([...statistics.droppedMass]);
    }
    expect(rows.some(({ droppedMass }) => Math.max(...droppedMass) > 0)).toBe(true);
  });
});

/** Long enough for rows of it to be sampled. */
const LONG_PROMPT = Array.from({ length: 90 }, (_, i) => (7 * i * i + 3 * i) % 67);

describe.each(CPU_KINDS)("rows of the prompt on %s operators", (cpu) => {
  test("tell the law, so that the first step is sifted, at the budget", async () => {
    const session = await (await openTiny(cpu)).createSession();
    const attention: SiftMode = { kind: "sift", trace: true };
    const { tokens, summary } = await collect(
      session.generate(LONG_PROMPT, { maxTokens: 61, attention }),
    );
    const steps = stepsOf(tokens);
    expect(steps.every(({ phase }) => phase === "sift")).toBe(true);
    expect(steps[0]!.decisions).toEqual([
      expect.objectContaining({ kind: "fit", step: 1, promptRows: 12, warmupSteps: 0 }),
    ]);
    expect(steps[9]!.decisions).toEqual([
      expect.objectContaining({ kind: "feedback", step: expect.any(Number) }),
    ]);
    const kept = steps.flatMap(({ keptFraction }) => [...keptFraction]);
    expect(kept.reduce((sum, share) => sum + share, 0) / kept.length).toBeCloseTo(0.25, 1.6);
    expect(summary).toMatchObject({ warmupSteps: 0, siftSteps: 60 });
    expect(summary.schedule).toEqual(session.scheduleCounters());
    const { x, quantiles, law } = session.laws()[3]!;
    expect([x.length, x[0], quantiles.length]).toEqual([12, 32, 12]);
    expect(law!.exponent).toBeGreaterThan(0.5);
  });

  test("are told again where a prompt is reused, whatever ran it", async () => {
    const opened = await openTiny(cpu);
    const options = { maxTokens: 40, topLogprobs: 5, attention: { kind: "sift" } } as const;
    const fresh = await collect((await opened.createSession()).generate(LONG_PROMPT, options));
    const used = await opened.createSession();
    await collect(used.generate(LONG_PROMPT, { maxTokens: 3, attention: { kind: "full" } }));
    const again = await collect(used.generate(LONG_PROMPT, options));
    expect(again.summary.reusedTokens).toBe(LONG_PROMPT.length - 1);
    const strip = ({ durationMs, ...token }: GeneratedToken) => token;
    expect(again.tokens.map(strip)).toEqual(fresh.tokens.map(strip));
  });

  test("a step that drops too much runs again before its token is told, and its reads are counted", async () => {
    const session = await (await openTiny(cpu)).createSession();
    const attention: SiftMode = { kind: "sift", quantile: 0.9, maxDroppedMass: 0.3, trace: true };
    const options = { maxTokens: 41, attention, temperature: 1, seed: 5 };
    const { tokens, summary } = await collect(session.generate(LONG_PROMPT, options));
    expect(tokens.map(({ step }) => step)).toEqual(Array.from({ length: 41 }, (_, i) => i + 1));
    expect(summary.schedule!.redos).toBeGreaterThan(0);
    for (const { droppedMass } of stepsOf(tokens)) {
      expect(Math.max(...droppedMass)).toBeLessThanOrEqual(0.3);
    }
    const repeated = stepsOf(tokens).filter(({ decisions }) =>
      decisions!.some(({ kind }) => kind === "floor"),
    );
    for (const step of repeated) {
      const once = 2 * 2 * step.contextLength - step.valueRowsSkipped;
      expect(step.valueRowsRead).toBeGreaterThan(once);
    }
    const free = { ...options, attention: { kind: "sift", quantile: 0.9 } } as const;
    const without = stepsOf((await collect(session.generate(LONG_PROMPT, free))).tokens);
    expect(Math.max(...without.flatMap(({ droppedMass }) => [...droppedMass]))).toBeGreaterThan(
      0.3,
    );
  });

  test("a change of the text may take a dense step, which sets the level anew", async () => {
    const session = await (await openTiny(cpu)).createSession();
    const attention: SiftMode = {
      ...{ kind: "sift", trace: true, feedback: 0.01 },
      drift: { slack: 0, limit: 0.3 },
    };
    const { tokens, summary } = await collect(
      session.generate(LONG_PROMPT, { maxTokens: 120, attention }),
    );
    const decisions = stepsOf(tokens).flatMap(({ decisions }) => decisions!);
    expect(summary.schedule!.alarms).toBeGreaterThan(0);
    expect(decisions.filter(({ kind }) => kind === "anchor").length).toBeGreaterThan(0);
    const dense = stepsOf(tokens).filter(({ logThresholds }) => logThresholds === undefined);
    expect(dense).toHaveLength(summary.schedule!.alarms);
    for (const step of dense) {
      expect(step).toMatchObject({ phase: "sift", valueRowsSkipped: 0 });
      expect(step.quantiles!.every((quantile) => quantile > 0)).toBe(true);
    }
  });
});

describe("a warmup longer than the context", () => {
  test("takes memory for the context alone and never ends", async () => {
    const session = await (await openTiny("plain")).createSession({ contextLength: 16 });
    const attention = { kind: "sift", warmup: 2 ** 40 } as const;
    const { summary } = await collect(session.generate([1, 2, 3], { attention }));
    expect(summary).toMatchObject({ finishReason: "length", warmupSteps: 12, siftSteps: 0 });
    for await (const { phase } of session.score(new Array(16).fill(1), { attention })) {
      expect(phase).toBe("warmup");
    }
    expect(session.laws().every(({ law }) => law === undefined)).toBe(true);
  });
});
