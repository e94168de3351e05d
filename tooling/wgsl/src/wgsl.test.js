import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { describe, expect, test } from "vitest";
import text from "./quotes.wgsl";
import { wgsl } from "./wgsl.js";

const file = fileURLToPath(new URL("quotes.wgsl", import.meta.url));

describe("wgsl", () => {
  test("gives the text of the file to a test, quotes, backslashes and line ends included", () => {
    expect(text).toBe(readFileSync(file, "utf8"));
    expect(text).toContain("`");
  });

  test("gives the same text to a bundle", async () => {
    const { output } = await build({
      configFile: false,
      logLevel: "error",
      plugins: [wgsl()],
      build: { write: false, lib: { entry: file, formats: ["es"] } },
    }).then((results) => [results].flat()[0]);
    const url = `data:text/javascript,${encodeURIComponent(output[0].code)}`;
    expect((await import(/* @vite-ignore */ url)).default).toBe(text);
  });
});
