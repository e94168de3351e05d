import { describe, expect, test } from "vitest";
import { tinyMetadata, tinySentencePiece } from "../../test/tiny-files.ts";
import { type GgufInput, writeGguf } from "../../test/write-gguf.ts";
import { createConfigFields } from "../weights/config-fields.ts";
import { readGgufHeader } from "../weights/gguf-header.ts";
import { createMemorySource } from "../weights/memory-source.ts";
import { createGgufTokenizer, type GgufTokenizer } from "./gguf-tokenizer.ts";

async function open(input: Record<string, GgufInput>): Promise<GgufTokenizer> {
  const source = createMemorySource("x.gguf", writeGguf(input, {}));
  const { metadata } = await readGgufHeader(source);
  return createGgufTokenizer(
    createConfigFields("x.gguf", (key) => metadata.get(key)),
    metadata,
  );
}

const byteLevel = tinyMetadata();
const sentencePiece = tinySentencePiece();

describe("createGgufTokenizer, gpt2", () => {
  test("adds a first token only when asked, or when the family always does", async () => {
    const bos: Record<string, GgufInput> = { "tokenizer.ggml.bos_token_id": ["u32", 257] };
    const first = async (changes: Record<string, GgufInput>) => {
      const { tokenizer } = await open({ ...byteLevel, ...bos, ...changes });
      return tokenizer.encode("he");
    };
    expect(await first({})).toEqual([256]);
    expect(await first({ "tokenizer.ggml.add_bos_token": ["flag", true] })).toEqual([257, 256]);
    expect(await first({ "tokenizer.ggml.pre": ["text", "llama-bpe"] })).toEqual([257, 256]);
    const off: Record<string, GgufInput> = { "tokenizer.ggml.add_bos_token": ["flag", false] };
    expect(await first({ "tokenizer.ggml.pre": ["text", "llama-bpe"], ...off })).toEqual([256]);
    expect(await first({ "tokenizer.ggml.add_eos_token": ["flag", true] })).toEqual([256, 259]);
  });

  test("finds the tokens that end a text by id and by name", async () => {
    const { stopTokens, templateTokens } = await open(byteLevel);
    expect(new Set(stopTokens)).toEqual(new Set([257, 259]));
    expect(templateTokens).toEqual({ bos_token: "", eos_token: "<|im_end|>" });
  });

  test.each<[string, Record<string, GgufInput>, string]>([
    ["tokenizer.ggml.model", { "tokenizer.ggml.model": ["text", "bert"] }, "unsupported-format"],
    ["tokenizer.ggml.pre", { "tokenizer.ggml.pre": ["text", "none"] }, "unsupported-format"],
    ["tokenizer.ggml.tokens", { "tokenizer.ggml.tokens": ["u32", 1] }, "bad-tokenizer"],
    ["tokenizer.ggml.merges", { "tokenizer.ggml.merges": ["texts", ["he"]] }, "bad-tokenizer"],
    ["tokenizer.ggml.token_type", { "tokenizer.ggml.token_type": ["i32s", [1]] }, "bad-tokenizer"],
    ["eos_token_id", { "tokenizer.ggml.eos_token_id": ["u32", 999] }, "bad-tokenizer"],
  ])("names %s when it cannot be used", async (key, changes, code) => {
    await expect(open({ ...byteLevel, ...changes })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(key),
    });
  });
});

describe("createGgufTokenizer, llama", () => {
  test("joins the highest score first, not the longest piece", async () => {
    const { tokenizer } = await open(sentencePiece);
    const pieces = (text: string) =>
      tokenizer
        .encode(text, { addSpecialTokens: false })
        .map((id) => Buffer.from(tokenizer.tokenBytes(id)).toString());
    expect(pieces("he")).toEqual([" he"]);
    // "hell" is a piece, but "▁he" scores higher and takes the "he".
    expect(pieces("hell")).toEqual([" he", "ll"]);
    expect(pieces("xhell").slice(-1)).toEqual(["hell"]);
  });

  test("adds the beginning, writes bytes, finds its own tokens, and decodes", async () => {
    const { tokenizer, stopTokens } = await open(sentencePiece);
    const ids = tokenizer.encode("he é<tool>he</s>");
    expect(ids[0]).toBe(1);
    expect(ids.at(-1)).toBe(2);
    expect(ids).toContain(tokenizer.tokenId("<tool>"));
    expect(tokenizer.decode(ids)).toBe("he é<tool> he");
    expect(stopTokens).toEqual([2]);
  });

  test("leaves the space away where the file says so", async () => {
    const bare: Record<string, GgufInput> = { "tokenizer.ggml.add_space_prefix": ["flag", false] };
    const { tokenizer } = await open({ ...sentencePiece, ...bare });
    const ids = tokenizer.encode("he", { addSpecialTokens: false });
    expect(ids).toEqual([tokenizer.tokenId("he")]);
    expect(tokenizer.decode(tokenizer.encode(" he"))).toBe(" he");
  });

  test("joins characters that are no pieces, and uses the unknown token without byte tokens", async () => {
    const { tokenizer } = await open({
      "tokenizer.ggml.model": ["text", "llama"],
      "tokenizer.ggml.tokens": ["texts", ["<unk>", "<s>", "</s>", "▁", "xy"]],
      "tokenizer.ggml.scores": ["f32s", [0, 0, 0, -1, -2]],
      "tokenizer.ggml.token_type": ["i32s", [2, 3, 3, 1, 1]],
    });
    expect(tokenizer.encode("xy x?")).toEqual([1, 3, 4, 3, 0, 0]);
  });

  test("needs a score for every token", async () => {
    const scores: Record<string, GgufInput> = { "tokenizer.ggml.scores": ["f32s", [1]] };
    await expect(open({ ...sentencePiece, ...scores })).rejects.toMatchObject({
      code: "bad-tokenizer",
    });
  });
});
