import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { modelPath } from "@sift-attention/tales-28m";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseQualityFile } from "./parse-quality-file.ts";

const bench = fileURLToPath(new URL("..", import.meta.url));
const tsdown = join(bench, "node_modules", ".bin", "tsdown");

describe("bundle:quality", () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-bundle-"));
  const bundle = join(folder, "bench-quality.mjs");
  beforeAll(() => {
    const out = ["--config", "bundle-quality.config.ts", "--out-dir", folder];
    execFileSync(tsdown, out, { cwd: bench, stdio: "ignore", shell: process.platform === "win32" });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is one file that imports nothing but Node's modules and, on demand, webgpu", () => {
    expect(readdirSync(folder)).toEqual(["bench-quality.mjs"]);
    const text = readFileSync(bundle, "utf8");
    const imported = [...text.matchAll(/^(?:import|export) .*from "([^"]+)"/gm)].map(
      ([, name]) => name,
    );
    expect(imported.filter((name) => !name?.startsWith("node:"))).toEqual([]);
    const onDemand = [...text.matchAll(/\bawait import\("([^"]+)"\)/g)].map(([, name]) => name);
    expect(onDemand).toEqual(["webgpu"]);
    expect(text).toContain("@compute @workgroup_size(WORKGROUP)");
  });

  test("measures a model and a text by their paths in a folder without packages", () => {
    const text = join(bench, "texts", "fanshawe.txt");
    const options = "--suites windows --methods window --quantiles 0.5 --context 60 --warmup 8";
    const argv = ["--model", modelPath(), "--text", text, ...options.split(" ")];
    execFileSync(process.execPath, [bundle, ...argv, "--windows", "1", "--out", folder], {
      cwd: folder,
      stdio: "pipe",
    });
    const { rows } = parseQualityFile(readFileSync(join(folder, "quality.json"), "utf8"));
    expect(rows.map(({ method }) => method)).toEqual(["full", "window"]);
    expect(Math.abs(rows[1]!.keptMean - 0.5)).toBeLessThan(0.02);
  }, 60_000);
});
