import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { testAdapter } from "@sift-attention/testing/test-gpu";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_DECODE_SETTINGS } from "../src/decode/decode-settings.ts";
import { decodeCommandOf } from "../src/decode/report/decode-command-of.ts";
import { decodeMarkdown } from "../src/decode/report/decode-markdown.ts";
import type { DecodeRecord } from "../src/decode/report/decode-record.ts";

const execute = promisify(execFile);
const bench = fileURLToPath(new URL("..", import.meta.url));
// Inside the package, so that the bundle finds its webgpu.
mkdirSync(join(bench, ".vitest"), { recursive: true });
const folder = mkdtempSync(join(bench, ".vitest", "decode-bundle-"));
afterAll(() => rmSync(folder, { recursive: true }));

const geometry =
  "layers=1:heads=4:kv-heads=2:head-dim=32:hidden=64:ffn=64:vocabulary=300:context=512";
const settings = {
  ...DEFAULT_DECODE_SETTINGS,
  models: [`random:${geometry}`],
  ...{ contexts: [40, 200], batches: [1, 2], batchContext: 24, plantAbove: 100 },
  ...{ tokens: 8, warmup: 24, samples: 2, prefillTokens: 40, profileSamples: 3, maxRows: 16 },
  methods: ["full", "sift-union"] as const,
};

/** Runs the bundle as a machine with a GPU would: its record, and what it told. */
async function run(...more: string[]): Promise<{ record: DecodeRecord; told: string }> {
  const json = join(folder, "record.json");
  const options = decodeCommandOf(settings).split(" ").slice(3);
  const files = ["--json", json, "--md", join(folder, "record.md")];
  const command = [join(folder, "bench-decode.mjs"), ...options, "--allow-software", ...files];
  const { stderr } = await execute(process.execPath, [...withAdapter(), ...command, ...more]);
  return { record: JSON.parse(readFileSync(json, "utf8")), told: stderr };
}

/** Node's options for a process that finds the tests' adapter. */
function withAdapter(): readonly string[] {
  if (testAdapter() === "hardware") return [];
  const path = join(folder, "software.mjs");
  const adapter = import.meta.resolve("@sift-attention/testing/software-adapter");
  writeFileSync(path, `import { useSoftwareAdapter } from "${adapter}";\nuseSoftwareAdapter();\n`);
  return ["--import", pathToFileURL(path).href];
}

describe("bench decode, bundled", () => {
  let record: DecodeRecord;
  beforeAll(async () => {
    const tsdown = join(bench, "node_modules", ".bin", "tsdown");
    const bundling = ["--config", "bundle-decode.config.ts", "--out-dir", folder];
    await execute(tsdown, bundling, { cwd: bench, shell: process.platform === "win32" });
    record = (await run()).record;
  }, 900_000);

  test("is one file that imports nothing but Node's modules and, on demand, webgpu", () => {
    expect(readdirSync(folder)).toContain("bench-decode.mjs");
    const text = readFileSync(join(folder, "bench-decode.mjs"), "utf8");
    const imported = [...text.matchAll(/^(?:import|export) .*from "([^"]+)"/gm)];
    expect(imported.map(([, name]) => name).filter((name) => !name?.startsWith("node:"))).toEqual(
      [],
    );
    const onDemand = [...text.matchAll(/\bawait import\("([^"]+)"\)/g)].map(([, name]) => name);
    expect(new Set(onDemand)).toEqual(new Set(["webgpu"]));
  });

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
    const again = await run("--resume", join(folder, "record.json"));
    expect(again.told).not.toContain("decode, context");
    expect(again.record).toEqual(record);
  });

  test("shows all of it in the report, which says that planted rows are planted", () => {
    const text = readFileSync(join(folder, "record.md"), "utf8");
    expect(text).toBe(`${decodeMarkdown(record)}\n`);
    expect(text).toContain("| tokens/s | 40 | 200, planted |");
    expect(text).toMatch(/\| sift-union \| \*\*.*, \d\d % \|/);
    expect(text).toMatch(/Profile at 200, full, union 100 %: step \*\*/);
    expect(text.includes("Software adapter")).toBe(record.adapter!.isSoftware);
  });
});
