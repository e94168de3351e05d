import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readmeExamples, typecheckReadmeExamples } from "./readme-examples.js";

const cache = fileURLToPath(new URL("../.vitest/", import.meta.url));
const self = JSON.stringify("@made-up/answer");
let folder;

function readme(...lines) {
  const path = join(folder, "README.md");
  writeFileSync(path, lines.join("\n"));
  return path;
}

beforeAll(() => {
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, "package-"));
  const files = {
    "package.json": { name: "@made-up/answer", type: "module", exports: { ".": "./answer.ts" } },
    "tsconfig.json": {
      compilerOptions: { module: "NodeNext", strict: true, allowImportingTsExtensions: true },
    },
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), JSON.stringify(content));
  }
  writeFileSync(join(folder, "answer.ts"), "export const answer: number = 42;\n");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("readmeExamples", () => {
  test("runs a block that imports the package by its own name", async () => {
    const path = readme(
      "# Answer",
      "```ts",
      `import { answer } from ${self};`,
      "const x: number = answer;",
      "console.log('%d and', x, [1]); // → 42 and [ 1 ]",
      "```",
    );
    const [example] = readmeExamples(pathToFileURL(path));
    expect(example.line).toBe(3);
    expect(example.expectedOutput).toEqual(["42 and [ 1 ]"]);
    expect(await example.run()).toEqual(example.expectedOutput);
    expect(readdirSync(join(folder, ".vitest"))).toEqual([]);
  });

  test("an output that is not the promised one shows", async () => {
    const path = readme(
      "```ts",
      `import { answer } from ${self};`,
      "console.log(answer); // → 41",
      "```",
    );
    const [example] = readmeExamples(path);
    expect(await example.run()).not.toEqual(example.expectedOutput);
  });

  test("an error keeps its line in the README", async () => {
    const path = readme(
      "text",
      "",
      "```ts",
      "const none: number[] = [];",
      "none[0].toFixed();",
      "```",
    );
    const error = await readmeExamples(path)[0]
      .run()
      .then(String, (error) => error);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.stack).toMatch(/line-4\.ts:5:/);
  });

  test("takes indented and typescript fences, and leaves no-run and other languages alone", () => {
    const path = readme(
      "```sh",
      "pnpm i",
      "```",
      "- item",
      "  ```typescript",
      "  if (1) {",
      "    void 0;",
      "  }",
      "  ```",
      "```ts no-run",
      "open();",
      "```",
    );
    expect(readmeExamples(path).map(({ line, code }) => ({ line, code }))).toEqual([
      { line: 6, code: "if (1) {\n  void 0;\n}\n" },
    ]);
  });

  test("refuses a README without a block", () => {
    expect(() => readmeExamples(readme("```sh", "ls", "```"))).toThrow(/expected a ```ts block/);
  });
});

describe("typecheckReadmeExamples", () => {
  test("is silent about right types", async () => {
    const path = readme(
      "```ts no-run",
      `import { answer } from ${self};`,
      "answer.toFixed();",
      "```",
    );
    expect(await typecheckReadmeExamples(path)).toBe("");
  });

  test("names the README's line of a wrong type", async () => {
    const path = readme(
      "```ts",
      `import { answer } from ${self};`,
      "const x: string = answer;",
      "```",
    );
    expect(await typecheckReadmeExamples(path)).toMatch(/^README\.md\(3,7\): error TS2322/);
  });
});
