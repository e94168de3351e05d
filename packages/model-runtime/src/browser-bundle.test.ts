import { fileURLToPath } from "node:url";
import { wgsl } from "@sift-attention/wgsl";
import { build } from "tsdown";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** All code of a bundle of the package as it is made for browsers. */
async function bundle(entry: string): Promise<string> {
  const [result] = await build({
    ...{ cwd: root, config: false, format: "esm", platform: "browser", dts: false, write: false },
    // Or it would empty dist, which other packages' tests run from.
    ...{ entry: [entry], logLevel: "silent", clean: false },
    deps: { alwaysBundle: [/^@sift-attention\//, /^@huggingface\//] },
    plugins: [wgsl()],
    inputOptions: { resolve: { conditionNames: ["browser", "@sift-attention/source"] } },
  });
  return (result?.chunks ?? []).map((chunk) => ("code" in chunk ? chunk.code : "")).join("\n");
}

/** Modules that are not in the bundle: esbuild and webpack refuse those of Node. */
function importedModules(code: string): string[] {
  return [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^."'][^"']*)["']/g)].map(
    ([, name]) => name ?? "",
  );
}

describe("a bundle for browsers", () => {
  test("imports nothing of Node", async () => {
    const code = await bundle("src/index.ts");
    expect(code).toContain("openModel");
    expect(importedModules(code)).toEqual([]);
  });

  test("is seen to import something of Node when it does", () => {
    expect(importedModules('const { join } = await import("node:path");')).toEqual(["node:path"]);
    expect(importedModules('import { open } from "node:fs/promises";')).toEqual([
      "node:fs/promises",
    ]);
  });
});
