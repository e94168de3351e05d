import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runInBrowserGpu } from "./browser-gpu.js";
import { useSoftwareAdapter } from "./software-adapter.js";

let folder;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "browser-gpu-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function moduleOf(name, text) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return pathToFileURL(path);
}

describe("runInBrowserGpu", () => {
  test("calls a TypeScript module on a page with an adapter in software, shaders as text", async () => {
    writeFileSync(join(folder, "one.wgsl"), "const ONE: u32 = 1u;\n");
    const entry = moduleOf(
      "adapter.ts",
      `import text from "./one.wgsl";
      export default async function run(): Promise<unknown> {
        const adapter = await navigator.gpu.requestAdapter();
        return { isFallback: adapter?.info.isFallbackAdapter, text, at: location.hostname };
      }`,
    );
    expect(await runInBrowserGpu(entry)).toEqual({
      isFallback: true,
      text: "const ONE: u32 = 1u;\n",
      at: "127.0.0.1",
    });
  });

  test("works beside a software adapter of this process", async () => {
    useSoftwareAdapter();
    const entry = moduleOf(
      "present.js",
      `export default async () => (await navigator.gpu.requestAdapter()) !== null;`,
    );
    expect(await runInBrowserGpu(entry)).toBe(true);
  });

  test("throws what the module throws, with its stack", async () => {
    const entry = moduleOf("wrong.js", `export default function wrong() { null.nothing; }`);
    await expect(runInBrowserGpu(entry)).rejects.toThrow(/TypeError: .*nothing.*\n.*at wrong/s);
  });
});
