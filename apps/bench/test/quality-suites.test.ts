import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Model, openModel } from "@sift-attention/model-runtime";
import { createRandom } from "@sift-attention/testing/random";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { QualityInput } from "../src/quality/quality-input.ts";
import { QUICK_SETTINGS, type QualitySettings } from "../src/quality/quality-settings.ts";
import { SUITES } from "../src/quality/quality-suite.ts";
import { type QualityTable, runQuality } from "../src/quality/run-quality.ts";
import { markdownReport } from "../src/report/markdown-report.ts";
import { qualityRecord } from "../src/report/quality-record.ts";
import { CellStore } from "../src/store/cell-store.ts";
import { parseQualityFile } from "./parse-quality-file.ts";
import { createTinyModel } from "./tiny-model.ts";

const settings: QualitySettings = {
  ...QUICK_SETTINGS,
  suites: SUITES,
  methods: ["top-k+mean", "top-p", "fixed+mean", "blasst", "window", "h2o", "quest", "sift"],
  quantiles: [0.75],
  warmup: 8,
  contexts: [320],
  windows: 1,
  outputRows: 3,
  passkeySamples: 2,
  needleKeys: 2,
  generate: [24],
  promptTokens: 96,
  pairs: 2,
  pairTokens: 128,
  seeds: 2,
};

function randomProse(seed: number): string {
  const random = createRandom(seed);
  const word = (): string =>
    String.fromCharCode(...Array.from({ length: 5 }, () => 97 + Math.floor(26 * random())));
  const paragraph = (): string => `${Array.from({ length: 8 }, word).join(" ")}.\n\n`;
  return Array.from({ length: 20 }, paragraph).join("");
}

describe("every suite on a tiny random model", () => {
  const folder = mkdtempSync(join(tmpdir(), "suites-"));
  let model: Model;
  let table: QualityTable;
  let input: QualityInput;
  const cells = { started: 0, done: 0 };

  beforeAll(async () => {
    model = await openModel(createTinyModel(), { backend: "cpu", threads: 1 });
    input = {
      ...{ model, modelName: "tiny", modelDigest: "0".repeat(64), runtimeDigest: "0", settings },
      texts: [
        { name: "one", content: randomProse(5) },
        { name: "two", content: randomProse(6) },
      ],
      store: new CellStore(folder),
      progress: {
        start(count) {
          cells.started = count;
        },
        report() {},
        advance: () => void cells.done++,
        stop() {},
      },
    };
    table = await runQuality(input);
  }, 300_000);
  afterAll(async () => {
    await model.dispose();
    rmSync(folder, { recursive: true });
  });

  test("announces as many cells as it measures", () => {
    expect(cells.done).toBe(cells.started);
  });

  test("makes a file of the promised form, and the same one when it is run again", async () => {
    const record = qualityRecord(input, table);
    expect(parseQualityFile(JSON.stringify(record))).toEqual(JSON.parse(JSON.stringify(record)));
    expect(await runQuality(input)).toEqual(table);
  });

  test("makes a report with a table for each suite", () => {
    const report = markdownReport(qualityRecord(input, table));
    for (const heading of ["one, context 320", "Pass keys: ", "Needles: ", "Written: ", "Topic"]) {
      expect(report).toContain(`## ${heading}`);
    }
    expect(report).toMatch(/\| h2o \| 0\.75 \| \d+\.\d %/);
  });

  test("rivals stay near their budget, and full attention's outputs are its own", () => {
    for (const row of table.rows.filter(({ method }) => !["full", "sift"].includes(method))) {
      expect(Math.abs(row.keptMean - 0.25), row.method).toBeLessThan(0.06);
      expect(row.klMean, row.method).toBeGreaterThan(1e-6);
      expect(row.outputError!.rows).toBe(3);
      expect(row.outputError!.mean, row.method).toBeGreaterThan(1e-3);
    }
    const full = table.rows.find(({ method }) => method === "full")!;
    expect(full.outputError!.mean).toBeLessThan(1e-6);
  });

  test("no output error is above its bound", () => {
    for (const { outputError } of table.rows) {
      expect(outputError).toMatchObject({ heads: 2 * 4 * 3, aboveBound: 0 });
      expect(outputError!.boundUseMax).toBeLessThanOrEqual(1);
    }
  });

  test("calibrated methods say what they were calibrated to, from another part of the text", () => {
    for (const { method, calibration } of table.rows) {
      const isCalibrated = ["top-p", "fixed+mean", "blasst"].includes(method);
      expect(calibration !== null, method).toBe(isCalibrated);
      if (calibration) expect(Math.abs(calibration.keptFraction - 0.25)).toBeLessThan(0.01);
    }
  });

  test("the kept fraction by head has the mean's mean", () => {
    for (const { keptByHead, keptMean } of table.rows) {
      const all = keptByHead.flat();
      expect(all).toHaveLength(2 * 4);
      expect(all.reduce((sum, share) => sum + share, 0) / 8).toBeCloseTo(keptMean, 5);
    }
  });

  test("pass keys have one key and needles several, for each depth and seed", () => {
    for (const row of [...table.passkeys, ...table.needles]) {
      expect(row.samples.map(({ seed }) => seed)).toEqual([0, 0, 1, 1]);
    }
    expect(new Set(table.passkeys.map(({ keys }) => keys))).toEqual(new Set([1]));
    expect(new Set(table.needles.map(({ keys }) => keys))).toEqual(new Set([2]));
  });

  test("full attention's generations are its own, others are judged against them", () => {
    expect(table.generations).toHaveLength(2 * 3 * 9);
    for (const row of table.generations) {
      if (row.method === "full") {
        expect(row).toMatchObject({ firstDifference: null, agreement: 1, klMean: 0 });
        expect(row.selfPerplexity).toBe(row.fullSelfPerplexity);
      } else {
        if (row.method !== "sift") expect(row.klMean, row.method).toBeGreaterThan(0);
        expect(row.firstDifference === null).toBe(row.agreement === 1);
      }
    }
    const windows = table.generations.filter(({ method }) => method === "window");
    expect(windows.some(({ firstDifference }) => firstDifference !== null)).toBe(true);
  });

  test("joined documents show what is kept around the seam", () => {
    expect(table.shifts).toHaveLength(2 * 9);
    for (const row of table.shifts) {
      expect(row.kept).toHaveLength(2 * 128 - row.firstPosition);
      expect(row.texts[0]).not.toBe(row.texts[1]);
      if (row.method === "top-k+mean") expect(Math.abs(row.keptAfter - 0.25)).toBeLessThan(0.01);
      if (row.method === "full") expect(row.keptLater).toBe(1);
    }
  });
});
