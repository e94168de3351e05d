import { describe, expect, test } from "vitest";
import { createBpeTokenizer } from "./bpe-tokenizer.ts";
import golden from "./family-tokenizers.golden.json" with { type: "json" };
import { readTokenizerJson } from "./tokenizer-json.ts";

describe.each(golden.families)("createBpeTokenizer on a tokenizer.json of $name", (family) => {
  const tokenizer = createBpeTokenizer(readTokenizerJson(family.tokenizer));

  test.each(family.cases)("gives the ids of Hugging Face's tokenizers: $text", ({ text, ids }) => {
    expect(tokenizer.encode(text)).toEqual(ids);
  });

  test.each(family.cases)("decodes as Hugging Face's tokenizers: $text", ({ ids, decoded }) => {
    expect(tokenizer.decode(ids)).toBe(decoded);
  });
});
