import { type Model, openModel } from "@sift-attention/model-runtime";
import { createRandom } from "@sift-attention/testing/random";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BenchError } from "../src/bench-error.ts";
import { lawMarkdown } from "../src/law/law-markdown.ts";
import type { LawRecord } from "../src/law/law-record.ts";
import { LAW_SETTINGS, type LawSettings } from "../src/law/law-settings.ts";
import { type LawInput, runLaw } from "../src/law/run-law.ts";
import type { Progress } from "../src/quality/quality-input.ts";
import { createTinyModel, TINY_CONFIG } from "./tiny-model.ts";

const settings: LawSettings = {
  ...LAW_SETTINGS,
  quantiles: [0.5, 0.75],
  context: 256,
  rows: 16,
  warmup: 8,
};

function randomText(letters: number): string {
  const random = createRandom(5);
  return String.fromCharCode(
    ...Array.from({ length: letters }, () => 97 + Math.floor(26 * random())),
  );
}

const silent: Progress = { start() {}, report() {}, advance() {}, stop() {} };

describe("runLaw on a tiny random model", () => {
  let model: Model;
  let record: LawRecord;

  function createInput(changes: Partial<LawInput> = {}): LawInput {
    return {
      model,
      modelName: "tiny",
      modelDigest: "0".repeat(64),
      texts: [{ name: "random.txt", content: randomText(300) }],
      settings,
      progress: silent,
      ...changes,
    };
  }

  beforeAll(async () => {
    model = await openModel(createTinyModel(), { cpu: "plain" });
    record = await runLaw(createInput());
  });
  afterAll(() => model.dispose());

  const heads = TINY_CONFIG.layers * TINY_CONFIG.queryHeads;

  test("has every head at every τ, in every variant", () => {
    expect(record.observations).toHaveLength(2 * heads);
    expect(record.fits).toHaveLength(2 * heads * record.variants.length);
    expect(record.kept).toHaveLength(2 * heads);
    expect(record.texts).toEqual([
      { text: "random.txt", tokens: 256, promptTokens: 32, fittedTokens: 128 },
    ]);
  });

  test("an observed quantile, taken as the threshold, keeps 1 − τ of the keys of its row", async () => {
    const tokens = model.tokenizer.encode(randomText(300)).slice(0, 256);
    const session = await model.createSession({ attention: { kind: "full" } });
    const inFirstLayer = record.observations.filter(({ layer, head }) => layer === 0 && head === 1);
    expect(inFirstLayer).toHaveLength(2);
    for (const { quantile, contextLength, logQuantile } of inFirstLayer) {
      const at = contextLength.length - 3;
      const keys = contextLength[at]!;
      for (const [shift, kept] of [
        [-2e-4, 0],
        [2e-4, -1],
      ] as const) {
        const attention = { kind: "sift", fixedLogThreshold: logQuantile[at]! + shift } as const;
        const pass = session.score(tokens.slice(0, keys), { attention, reportFrom: keys - 1 });
        for await (const chunk of pass) {
          // Half a rounding step to either side: the key at the quantile itself is kept, or just dropped.
          expect(chunk.kept[1]).toBe(keys - Math.floor(quantile * keys) + kept);
        }
      }
    }
    session.dispose();
  });

  test("what is kept is a share, near what was asked for on average", () => {
    for (const { keptFraction, droppedMass, droppedMassMax } of record.kept) {
      expect(keptFraction).toBeGreaterThan(0);
      expect(keptFraction).toBeLessThanOrEqual(1);
      expect(droppedMass).toBeLessThanOrEqual(droppedMassMax);
      expect(droppedMassMax).toBeLessThan(1);
    }
    for (const quantile of [0.5, 0.75]) {
      const kept = record.kept.filter((row) => row.quantile === quantile);
      const mean = kept.reduce((sum, { keptFraction }) => sum + keptFraction, 0) / kept.length;
      expect(Math.abs(mean - (1 - quantile))).toBeLessThan(0.1);
    }
  });

  test("two runs are equal, through JSON too", async () => {
    const again = await runLaw(createInput());
    expect(JSON.parse(JSON.stringify(again))).toEqual(JSON.parse(JSON.stringify(record)));
  });

  test("the Markdown names every variant and the heads where the law does not hold", () => {
    const text = lawMarkdown(record);
    for (const { name } of record.variants) expect(text).toContain(`| ${name} |`);
    const failing = record.fits.find(
      ({ variant, failures }) => variant === record.variants[0]!.name && failures.length > 0,
    );
    if (failing) expect(text).toContain(`${failing.layer}.${failing.head} ${failing.failures[0]}`);
    else expect(text).toContain("holds in every head");
  });

  test("a text that is too short and a context that the model does not hold are refused", async () => {
    const short = [{ name: "short.txt", content: randomText(100) }];
    await expect(runLaw(createInput({ texts: short }))).rejects.toThrow(
      /short\.txt: expected at least 256/,
    );
    const long = { ...settings, context: 1000 };
    await expect(runLaw(createInput({ settings: long }))).rejects.toThrow(BenchError);
  });

  test("an aborted run rejects with the signal's reason", async () => {
    const reason = new Error("enough");
    await expect(runLaw(createInput({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  });
});
