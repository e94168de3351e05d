import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const bench = fileURLToPath(new URL("..", import.meta.url));
const tsdown = join(bench, "node_modules", ".bin", "tsdown");

describe("bundle:kernels", () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-bundle-"));
  const bundle = join(folder, "bench-kernels.mjs");
  beforeAll(() => {
    const out = ["--config", "bundle.config.ts", "--out-dir", folder];
    execFileSync(tsdown, out, { cwd: bench, stdio: "ignore", shell: process.platform === "win32" });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is one file that imports nothing but Node's modules and, on demand, webgpu", () => {
    expect(readdirSync(folder)).toEqual(["bench-kernels.mjs"]);
    const text = readFileSync(bundle, "utf8");
    const imported = [...text.matchAll(/^(?:import|export) .*from "([^"]+)"/gm)].map(
      ([, name]) => name,
    );
    expect(imported.filter((name) => !name?.startsWith("node:"))).toEqual([]);
    const onDemand = [...text.matchAll(/\bawait import\("([^"]+)"\)/g)].map(([, name]) => name);
    expect(onDemand).toEqual(["webgpu"]);
    expect(text).toContain("@compute @workgroup_size(WORKGROUP)");
  });

  test("starts in a folder without packages", () => {
    const help = execFileSync(process.execPath, [bundle, "--help"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(help).toContain("--budget-seconds");
    const result = () => execFileSync(process.execPath, [bundle], { cwd: folder, stdio: "pipe" });
    expect(result).toThrow("npm install webgpu@");
  });
});
