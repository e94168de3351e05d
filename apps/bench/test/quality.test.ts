import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Model, openModel } from "@sift-attention/model-runtime";
import { createRandom } from "@sift-attention/testing/random";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Progress, QualityInput } from "../src/quality/quality-input.ts";
import type { QualityRow } from "../src/quality/quality-row.ts";
import { QUICK_SETTINGS, type QualitySettings } from "../src/quality/quality-settings.ts";
import { runQuality } from "../src/quality/run-quality.ts";
import { CellStore } from "../src/store/cell-store.ts";
import { createTinyModel } from "./tiny-model.ts";

const settings: QualitySettings = {
  ...QUICK_SETTINGS,
  methods: ["full", "top-k", "window", "sift-prior+mean"],
  quantiles: [0.75],
  warmup: 8,
  contexts: [160],
  windows: 2,
  passkeySamples: 2,
  seed: 0,
};

function randomProse(): string {
  const random = createRandom(5);
  const word = (): string =>
    String.fromCharCode(...Array.from({ length: 5 }, () => 97 + Math.floor(26 * random())));
  const paragraph = (): string => `${Array.from({ length: 8 }, word).join(" ")}.\n\n`;
  return Array.from({ length: 12 }, paragraph).join("");
}

describe("runQuality on a tiny random model", () => {
  let model: Model;
  let folder: string;
  beforeAll(async () => {
    model = await openModel(createTinyModel(), { cpu: "plain" });
  });
  afterAll(() => model.dispose());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "quality-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const silent: Progress = { start() {}, report() {}, advance() {}, stop() {} };

  function createInput(changes: Partial<QualityInput> = {}): QualityInput {
    return {
      model,
      modelName: "tiny",
      modelDigest: "0",
      runtimeDigest: "0",
      texts: [{ name: "prose", content: randomProse() }],
      settings,
      store: new CellStore(folder),
      progress: silent,
      ...changes,
    };
  }

  const find = (rows: readonly QualityRow[], method: string): QualityRow =>
    rows.find((row) => row.method === method)!;

  test("full attention against itself shows no difference at all", async () => {
    const { rows } = await runQuality(createInput());
    expect(find(rows, "full")).toMatchObject({
      perplexityRatio: 1,
      klMax: 0,
      top1Agreement: 1,
      keptMean: 1,
      keptUnion: 1,
      droppedMassMax: 0,
    });
  });

  test("every method is compared on the same positions, after the warmup", async () => {
    const { rows } = await runQuality(createInput());
    const perWindow = 160 - 1 - (20 + settings.warmup);
    expect(rows.map(({ tokens }) => tokens)).toEqual(rows.map(() => 2 * perWindow));
    expect(find(rows, "sift-prior+mean").warmupTokens).toBe(2 * settings.warmup);
    expect(find(rows, "sift-prior+mean").warmupKlMax).toBe(0);
  });

  test("what was kept since the start has the warmup in it", async () => {
    const { rows } = await runQuality(createInput());
    expect(find(rows, "full").keptSinceStart).toBe(1);
    const { keptMean, keptSinceStart, tokens, warmupTokens } = find(rows, "sift-prior+mean");
    const expected = (keptMean * tokens + warmupTokens) / (tokens + warmupTokens);
    expect(keptSinceStart).toBeCloseTo(expected, 6);
  });

  test("top-k and the window keep their budget and differ from full attention", async () => {
    const { rows } = await runQuality(createInput());
    for (const method of ["top-k", "window"]) {
      const row = find(rows, method);
      expect(Math.abs(row.keptMean - 0.25)).toBeLessThan(0.01);
      expect(row.klMean).toBeGreaterThan(1e-6);
      expect(row.droppedMassMean).toBeGreaterThan(0.01);
      expect(row.keptUnion).toBeGreaterThan(row.keptMean - 1e-9);
    }
  });

  test("value bytes are the rows of 4 float32 that were read", async () => {
    const { rows } = await runQuality(createInput());
    for (const row of rows) expect(row.valueBytesRead).toBeCloseTo(row.valueRowsRead * 4 * 4, 6);
    const full = find(rows, "full");
    expect(full.valueRowsRead).toBe(full.valueRowsVisible);
    expect(full.valueRowsVisible).toBeCloseTo((2 * 2 * (29 + 159)) / 2, 6);
  });

  test("a second run reads everything and gives the same table", async () => {
    const first = await runQuality(createInput());
    const times = readdirSync(folder).map((name) => statSync(join(folder, name)).mtimeMs);
    const labels: string[] = [];
    const progress = { ...silent, report: (label: string) => labels.push(label) };
    expect(await runQuality(createInput({ progress }))).toEqual(first);
    expect(labels).toEqual([]);
    expect(readdirSync(folder).map((name) => statSync(join(folder, name)).mtimeMs)).toEqual(times);
  });

  test("a run that was interrupted half way goes on and gives the same table", async () => {
    const interruption = new AbortController();
    let cells = 0;
    const progress: Progress = {
      ...silent,
      advance() {
        if (++cells === 5) interruption.abort();
      },
    };
    const { signal } = interruption;
    await expect(runQuality(createInput({ progress, signal }))).rejects.toThrow("aborted");
    expect(readdirSync(folder)).toHaveLength(5);

    const labels: string[] = [];
    const resumed = await runQuality(
      createInput({ progress: { ...silent, report: (label) => labels.push(label) } }),
    );
    expect(labels).toHaveLength(4 * 4 - 5);
    rmSync(folder, { recursive: true });
    expect(await runQuality(createInput({ store: new CellStore(folder) }))).toEqual(resumed);
  });

  test("another model, another build and other settings are measured anew", async () => {
    await runQuality(createInput());
    const before = readdirSync(folder).length;
    const few = { ...settings, methods: ["full"], passkeySamples: 0, windows: 1 };
    await runQuality(createInput({ modelDigest: "1", settings: few }));
    await runQuality(createInput({ runtimeDigest: "1", settings: few }));
    await runQuality(createInput({ settings: { ...few, warmup: 9 } }));
    expect(readdirSync(folder)).toHaveLength(before + 3);
  });

  test("cells hold what they are about", async () => {
    await runQuality(createInput({ settings: { ...settings, methods: [], passkeySamples: 0 } }));
    const [name] = readdirSync(folder);
    expect(JSON.parse(readFileSync(join(folder, name!), "utf8"))).toMatchObject({
      identity: { kind: "window", attention: { kind: "full" }, boundaries: [20, 28, 4] },
    });
  });

  test("a context that the model does not hold is refused", async () => {
    const tooLong = { ...settings, contexts: [512] };
    await expect(runQuality(createInput({ settings: tooLong }))).rejects.toThrow(
      "--context: expected 11 to 500 tokens",
    );
  });
});
