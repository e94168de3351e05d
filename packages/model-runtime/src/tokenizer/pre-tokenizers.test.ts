import { describe, expect, test } from "vitest";
import golden from "./pre-tokenizers.golden.json" with { type: "json" };
import { findPreTokenizer } from "./pre-tokenizers.ts";
import { createTextSplitter } from "./text-splitter.ts";

function split(name: string, text: string): readonly string[] {
  const pretokenizers = findPreTokenizer(name).patterns.map((Regex) => ({
    type: "Split",
    pattern: { Regex },
    behavior: "Isolated",
    invert: false,
  }));
  return createTextSplitter(null, { type: "Sequence", pretokenizers }).split(text, 0);
}

describe("findPreTokenizer", () => {
  test.each([...new Set(golden.cases.map(({ name }) => name))])(
    `%s cuts texts as ${golden.tool} does`,
    (name) => {
      for (const { text, words } of golden.cases.filter((one) => one.name === name)) {
        expect(split(name, text), text).toEqual(words);
      }
    },
  );

  test("the families differ in how many digits make a word", () => {
    const digits = ["llama-bpe", "qwen2", "gpt-2"].map((name) => split(name, "123456")[0]);
    expect(digits).toEqual(["123", "1", "123456"]);
  });

  test("refuses a name that it does not know, and lists those it does", () => {
    expect(() => findPreTokenizer("toString")).toThrow(
      expect.objectContaining({
        code: "unsupported-format",
        message: expect.stringContaining("llama-bpe"),
      }),
    );
  });
});
