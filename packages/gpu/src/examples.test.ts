import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runInBrowserGpu } from "@sift-attention/testing/browser-gpu";
import {
  type ReadmeExample,
  readmeExamples,
  typecheckReadmeExamples,
} from "@sift-attention/testing/readme-examples";
import { useSoftwareAdapter } from "@sift-attention/testing/software-adapter";
import { testAdapter } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";

if (testAdapter() === "software") useSoftwareAdapter();

const readme = new URL("../README.md", import.meta.url);
const examples = readmeExamples(readme);
const parent = fileURLToPath(new URL("../.vitest/", import.meta.url));

/** Collects what an example prints; browsers have no format of Node's for it. */
const collector = `export default async function run() {
  const lines = [];
  console.log = (...values) => lines.push(values.join(" "));
  await import("./example.ts");
  return lines;
}`;

async function linesInBrowser(code: string): Promise<unknown> {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "browser-"));
  try {
    writeFileSync(join(folder, "example.ts"), code);
    writeFileSync(join(folder, "entry.js"), collector);
    return await runInBrowserGpu(join(folder, "entry.js"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("README", () => {
  test.each([...examples])(
    "the example on line $line prints what it says",
    async (example: ReadmeExample) => {
      expect(await example.run()).toEqual(example.expectedOutput);
    },
  );

  test("its first example computes the same in a browser", async () => {
    expect(await linesInBrowser(examples[0]!.code)).toEqual(["2.5,5,7.5,10", "32"]);
  });

  test("its examples have right types", async () => {
    expect(await typecheckReadmeExamples(readme)).toBe("");
  });
});
