import { useSoftwareAdapter } from "@sift-attention/testing/software-adapter";
import { testAdapter } from "@sift-attention/testing/test-gpu";
import { beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_DECODE_SETTINGS } from "../src/decode/decode-settings.ts";
import { decodeMarkdown } from "../src/decode/report/decode-markdown.ts";
import type { DecodeRecord } from "../src/decode/report/decode-record.ts";
import { runDecode } from "../src/decode/run/run-decode.ts";

const geometry =
  "layers=1:heads=4:kv-heads=2:head-dim=32:hidden=64:ffn=64:vocabulary=300:context=512";
const settings = {
  ...DEFAULT_DECODE_SETTINGS,
  models: [`random:${geometry}`],
  ...{ contexts: [40, 200], batches: [1, 2], batchContext: 24, plantAbove: 100 },
  ...{ tokens: 8, warmup: 24, samples: 2, prefillTokens: 40, profileSamples: 3, maxRows: 16 },
  methods: ["full", "sift-union"] as const,
};

/** Everything of one run, which compiles a model's kernels: slow in software. */
async function run(before?: DecodeRecord): Promise<{ record: DecodeRecord; told: string[] }> {
  const told: string[] = [];
  const record = await runDecode({
    ...{ settings, before, adapter: "any" },
    signal: new AbortController().signal,
    report: (line) => told.push(line),
    onCase: () => {},
  });
  return { record: structuredClone(record), told };
}

describe("runDecode", () => {
  let record: DecodeRecord;
  beforeAll(async () => {
    if (testAdapter() === "software") useSoftwareAdapter();
    record = (await run()).record;
  }, 600_000);

  test("measures every case", () => {
    expect(record.leftOut).toEqual([]);
    expect(record.rows.map((row) => [row.context, row.batch, row.method, row.isPlanted])).toEqual([
      [200, 1, "full", true],
      [200, 1, "sift-union", true],
      [40, 1, "full", false],
      [40, 1, "sift-union", false],
      [24, 2, "full", false],
      [24, 2, "sift-union", false],
    ]);
    for (const { tokensPerSecond, liveBytes, kvBytes } of record.rows) {
      expect(tokensPerSecond.median).toBeGreaterThan(0);
      expect(liveBytes).toBeGreaterThan(kvBytes);
    }
    expect(record.prefills.map(({ context }) => context)).toEqual([40]);
    expect(record.models[0]).toMatchObject({ weightType: "f16", parameters: 56_256 });
  });

  test("sifts to the union that is asked for", () => {
    const sifted = record.rows.filter(({ method }) => method === "sift-union");
    for (const { keptUnion } of sifted) expect(Math.abs(keptUnion - 0.25)).toBeLessThan(0.1);
  });

  test("tells where a step's time goes", () => {
    expect(record.profiles.map(({ context, method }) => [context, method])).toEqual([
      [200, "full"],
      [200, "sift-union"],
      [40, "full"],
      [40, "sift-union"],
    ]);
    for (const { stepUs, partsUs } of record.profiles) {
      expect(stepUs.samples).toBe(3);
      for (const part of ["products", "attention", "head", "sampling"]) {
        expect(partsUs[part]!.median).toBeGreaterThan(0);
      }
    }
  });

  test("measures nothing twice", async () => {
    const again = await run(record);
    expect(again.told).toEqual([]);
    expect(again.record).toEqual(record);
  });

  test("shows all of it in the report, which says that planted rows are planted", () => {
    const text = decodeMarkdown(record);
    expect(text).toContain("| tokens/s | 40 | 200, planted |");
    expect(text).toMatch(/\| sift-union \| \*\*.*, \d\d % \|/);
    expect(text).toMatch(/Profile at 200, full, union 100 %: step \*\*/);
    expect(text.includes("Software adapter")).toBe(record.adapter!.isSoftware);
  });
});
