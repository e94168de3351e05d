import { describe, expect, test } from "vitest";
import { byteTokenizer } from "../../test/tiny-model.ts";
import { cutHaystack, encodeParagraphs } from "./haystack.ts";

const paragraphs = encodeParagraphs(byteTokenizer, "one\n\ntwo\n\nthree\n\n");

describe("encodeParagraphs", () => {
  test("keeps every token, cut after each blank line", () => {
    expect(paragraphs.map((tokens) => byteTokenizer.decode(tokens))).toEqual([
      "one\n\n",
      "two\n\n",
      "three\n\n",
    ]);
  });
});

describe("cutHaystack", () => {
  test("ends with a paragraph and says where paragraphs begin", () => {
    const haystack = cutHaystack(paragraphs, 14, () => 0.999)!;
    expect(byteTokenizer.decode(haystack.tokens)).toBe("e\n\ntwo\n\nthree\n\n".slice(1));
    expect(haystack.paragraphStarts).toEqual([0, 2, 7]);
  });

  test("chooses among the ends with enough text before them", () => {
    const haystack = cutHaystack(paragraphs, 8, () => 0)!;
    expect(byteTokenizer.decode(haystack.tokens)).toBe("e\n\ntwo\n\n");
  });

  test("there is none in a shorter text", () => {
    expect(cutHaystack(paragraphs, 18, () => 0)).toBeUndefined();
  });
});
