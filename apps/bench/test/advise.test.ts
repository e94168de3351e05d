import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Model, openModel } from "@sift-attention/model-runtime";
import { createRandom } from "@sift-attention/testing/random";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adviceMarkdown } from "../src/advise/advice-markdown.ts";
import type { AdviceRecord } from "../src/advise/advice-record.ts";
import { ADVICE_SETTINGS, type AdviceSettings } from "../src/advise/advice-settings.ts";
import { type AdviceInput, runAdvice } from "../src/advise/run-advice.ts";
import { BenchError } from "../src/bench-error.ts";
import { htmlReport } from "../src/report/html/html-report.ts";
import { recordText } from "../src/report/record-text.ts";
import { CellStore } from "../src/store/cell-store.ts";
import { createTinyModel } from "./tiny-model.ts";
import { traceNumbers } from "./trace-numbers.ts";

const settings: AdviceSettings = {
  ...ADVICE_SETTINGS,
  klBudget: 0.01,
  context: 256,
  quantiles: [0.5, 0.75, 0.875],
  warmups: [16],
  denseShares: [1 / 8],
};

function randomText(letters: number): string {
  const random = createRandom(11);
  return Array.from({ length: letters }, () =>
    String.fromCharCode(97 + Math.floor(26 * random())),
  ).join("");
}

describe("runAdvice on a tiny random model", () => {
  let model: Model;
  let folder: string;
  let record: AdviceRecord;
  const lines: string[] = [];

  function createInput(changes: Partial<AdviceInput> = {}): AdviceInput {
    return {
      ...{ model, modelName: "tiny", modelDigest: "0".repeat(64), runtimeDigest: "1" },
      texts: [{ name: "random.txt", content: randomText(600) }],
      settings,
      store: new CellStore(join(folder, "cells")),
      report: (line) => lines.push(line),
      ...changes,
    };
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "advise-"));
    model = await openModel(createTinyModel(), { cpu: "plain" });
    record = await runAdvice(createInput());
  }, 120_000);
  afterAll(async () => {
    await model.dispose();
    rmSync(folder, { recursive: true });
  });

  test("what is chosen keeps clear of the budget, and nothing allowed reads less", () => {
    const allowed = record.candidates.filter(({ isAllowed }) => isAllowed);
    expect(allowed.length).toBeGreaterThan(0);
    for (const { figures } of allowed) {
      expect(figures.klMean + 2 * figures.klError).toBeLessThanOrEqual(settings.klBudget);
    }
    const chosen = record.candidates.find(
      ({ attention }) => JSON.stringify(attention) === JSON.stringify(record.profile!.attention),
    )!;
    const least = Math.min(...allowed.map(({ figures }) => figures.readOfAnswer));
    expect(chosen.figures.readOfAnswer).toBe(least);
  });

  test("windows that check share no token with windows that choose", () => {
    const [text] = record.texts;
    const lastChosen = Math.max(...text!.chosenOn) + settings.context;
    expect(Math.min(...text!.heldOut)).toBeGreaterThanOrEqual(lastChosen);
  });

  test("the profile's figures are those of the windows held out", () => {
    const [chosen, fallback] = record.heldOut;
    expect([chosen!.name, fallback!.name]).toEqual(["chosen", "runtime's default"]);
    expect(record.profile!.evidence.heldOut).toEqual(chosen!.figures);
    expect(record.profile!.evidence.meetsBudget).toBe(chosen!.figures.klMean <= settings.klBudget);
    const onChoice = record.candidates.find(
      ({ attention }) => JSON.stringify(attention) === JSON.stringify(chosen!.attention),
    )!;
    expect(chosen!.figures.klMean).not.toBe(onChoice.figures.klMean);
  });

  test("the profile's settings open a session, through JSON", async () => {
    const { attention } = JSON.parse(JSON.stringify(record.profile!)) as NonNullable<
      AdviceRecord["profile"]
    >;
    const session = await model.createSession({ attention });
    const generation = session.generate("once upon a time", { maxTokens: 4, temperature: 0 });
    let tokens = 0;
    for await (const _ of generation) tokens++;
    expect(tokens).toBe(4);
    session.dispose();
  });

  test("a second run reads what the first one measured and says the same", async () => {
    const started = performance.now();
    const again = await runAdvice(createInput());
    expect(recordText(again)).toBe(recordText(record));
    expect(performance.now() - started).toBeLessThan(60_000);
  });

  test("a budget that nothing meets gives no profile and says so", async () => {
    const none = await runAdvice(createInput({ settings: { ...settings, klBudget: 1e-12 } }));
    expect(none.profile).toBeNull();
    expect(none.heldOut.map(({ name }) => name)).toEqual(["runtime's default"]);
    expect(adviceMarkdown(none)).toContain("No settings that were tried stay within KL ≤ 1e-12");
  }, 60_000);

  test("Markdown and page show the advice, and the page's numbers stand in the record", () => {
    const text = adviceMarkdown(record);
    expect(text).toMatch(/Asked for KL ≤ 0\.01: sift with τ 0\.\d+/);
    expect(text).toMatch(/random\.txt: the power law holds in \d+ of 8 heads/);
    const { count, untraceable } = traceNumbers(
      htmlReport([{ name: "advice.json", text: recordText(record) }]),
    );
    expect(untraceable).toEqual([]);
    expect(count).toBeGreaterThan(50);
  });

  test.each([
    [{ context: 100 }, "--context: expected 256 to 512 tokens"],
    [{ context: 400 }, "half to choose on and half to check"],
  ])("%j is refused", async (changes, message) => {
    const refused = runAdvice(createInput({ settings: { ...settings, ...changes } }));
    await expect(refused).rejects.toThrow(BenchError);
    await expect(refused).rejects.toThrow(message);
  });

  test("an aborted run rejects with the signal's reason", async () => {
    const reason = new Error("enough");
    await expect(runAdvice(createInput({ signal: AbortSignal.abort(reason) }))).rejects.toBe(
      reason,
    );
  });
});
