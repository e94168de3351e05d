import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tinyTokenizer } from "../../test/tiny-files.ts";
import { createBpeTokenizer } from "./bpe-tokenizer.ts";
import { byteLevelText } from "./byte-level.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { readTokenizerJson } from "./tokenizer-json.ts";

function open(changes: Record<string, unknown> = {}): Tokenizer {
  return createBpeTokenizer(readTokenizerJson({ ...tinyTokenizer, ...changes }));
}

/** A model of whole characters with byte fallback, as Llama 2 has. */
function openCharacters(changes: Record<string, unknown> = {}): Tokenizer {
  const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, "0");
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${hex(byte)}>`);
  const tokens = ["<unk>", "<s>", "</s>", ...bytes, "▁", "a", "b", "ab", "▁ab"];
  const replace = { type: "Replace", pattern: { String: "▁" }, content: " " };
  const strip = { type: "Strip", content: " ", start: 1, stop: 0 };
  return open({
    added_tokens: [0, 1, 2].map((id) => ({ id, content: tokens[id], special: true })),
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Prepend", prepend: "▁" },
        { type: "Replace", pattern: { String: " " }, content: "▁" },
      ],
    },
    pre_tokenizer: null,
    decoder: {
      type: "Sequence",
      decoders: [replace, { type: "ByteFallback" }, { type: "Fuse" }, strip],
    },
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<s>" } }, { Sequence: { id: "A" } }],
      special_tokens: { "<s>": { id: "<s>", ids: [1], tokens: ["<s>"] } },
    },
    model: {
      type: "BPE",
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: ["a b", "▁ ab"],
      unk_token: "<unk>",
      byte_fallback: true,
      fuse_unk: true,
    },
    ...changes,
  });
}

const plain = { addSpecialTokens: false };

describe("createBpeTokenizer, byte level", () => {
  const tokenizer = open();

  test("merges, and finds special tokens in the text", () => {
    expect(tokenizer.encode("he<|im_end|>h")).toEqual([256, 259, tokenizer.tokenId("h")]);
    expect(tokenizer.vocabularySize).toBe(260);
  });

  test("takes special tokens for text when they are not to be parsed", () => {
    const ids = tokenizer.encode("<|im_end|>", { parseSpecialTokens: false });
    expect(ids).toHaveLength("<|im_end|>".length);
    expect(tokenizer.decode(ids)).toBe("<|im_end|>");
  });

  test("leaves special tokens out of decoded text unless they are wanted", () => {
    expect(tokenizer.decode([256, 259])).toBe("he");
    expect(tokenizer.decode([256, 259], { keepSpecialTokens: true })).toBe("he<|im_end|>");
    expect(tokenizer.tokenBytes(259)).toEqual(new Uint8Array());
    expect(tokenizer.isSpecial(259)).toBe(true);
    expect(tokenizer.isSpecial(256)).toBe(false);
  });

  test("a byte of its own is no text yet, its neighbours complete it", () => {
    const ids = tokenizer.encode("é");
    expect(ids.map((id) => [...tokenizer.tokenBytes(id)])).toEqual([[0xc3], [0xa9]]);
    expect(tokenizer.decode(ids.slice(0, 1))).toBe("\ufffd");
    expect(tokenizer.decode(ids)).toBe("é");
  });

  test("ids without a token have no bytes", () => {
    for (const id of [-1, 0.5, 260, Number.NaN]) {
      expect(tokenizer.tokenBytes(id)).toEqual(new Uint8Array());
      expect(tokenizer.isSpecial(id)).toBe(false);
    }
    expect(tokenizer.tokenId("nothing")).toBeUndefined();
  });

  test("every well-formed text comes back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const wellFormed = Buffer.from(text).toString();
        expect(tokenizer.decode(tokenizer.encode(wellFormed, { parseSpecialTokens: false }))).toBe(
          wellFormed,
        );
      }),
    );
  });
});

describe("createBpeTokenizer, added tokens", () => {
  function openAdded(flags: Record<string, unknown>): Tokenizer {
    return open({ added_tokens: [{ id: 300, content: "<x>", ...flags }] });
  }
  const textAround = (tokenizer: Tokenizer, text: string): string[] => {
    const ids = tokenizer.encode(text);
    const at = ids.indexOf(300);
    return [tokenizer.decode(ids.slice(0, at)), tokenizer.decode(ids.slice(at + 1))];
  };

  test("swallow white space on the sides that say so", () => {
    expect(textAround(openAdded({}), "h <x> e")).toEqual(["h ", " e"]);
    expect(textAround(openAdded({ lstrip: true }), "h <x> e")).toEqual(["h", " e"]);
    expect(textAround(openAdded({ rstrip: true }), "h <x> e")).toEqual(["h ", "e"]);
  });

  test("keep their text, and stay apart from words when they are single words", () => {
    const tokenizer = openAdded({ special: false });
    expect(tokenizer.decode([300])).toBe("<x>");
    expect(tokenizer.encode("<x>", { parseSpecialTokens: false })).toEqual([300]);
    const single = openAdded({ single_word: true });
    expect(single.encode("h<x>")).not.toContain(300);
    expect(single.encode("(<x>)")).toContain(300);
  });

  test("the longest of two at one place counts", () => {
    const tokenizer = open({
      added_tokens: [
        { id: 300, content: "<x" },
        { id: 301, content: "<x>" },
      ],
    });
    expect(tokenizer.encode("<x><x")).toEqual([301, 300]);
  });

  test("are found after normalisation when they say so", () => {
    const added = { id: 300, content: "SAY", special: false };
    const lower = { normalizer: { type: "Lowercase" } };
    expect(
      open({ ...lower, added_tokens: [{ ...added, normalized: true }] }).encode("say"),
    ).toEqual([300]);
    expect(
      open({ ...lower, added_tokens: [{ ...added, normalized: false }] }).encode("say"),
    ).toHaveLength(3);
  });
});

describe("createBpeTokenizer, characters with byte fallback", () => {
  const tokenizer = openCharacters();

  test("puts the template's tokens around a text", () => {
    expect(tokenizer.encode("ab")).toEqual([1, tokenizer.tokenId("▁ab")]);
    expect(tokenizer.encode("ab", plain)).toEqual([tokenizer.tokenId("▁ab")]);
  });

  test("writes what has no token as bytes, and reads it back without the added space", () => {
    const ids = tokenizer.encode("ab é", plain);
    expect(ids.slice(-2).map((id) => [...tokenizer.tokenBytes(id)])).toEqual([[0xc3], [0xa9]]);
    expect(tokenizer.decode(ids)).toBe("ab é");
  });

  test("keeps the space of a token that is not the first", () => {
    expect(Buffer.from(tokenizer.tokenBytes(tokenizer.tokenId("▁ab")!)).toString()).toBe(" ab");
  });

  test("fuses unknown characters where there are no bytes", () => {
    const model = {
      type: "BPE",
      vocab: { u: 0, a: 1 },
      merges: [],
      unk_token: "u",
      fuse_unk: true,
    };
    const bare = { normalizer: null, post_processor: null, added_tokens: [], model };
    expect(openCharacters(bare).encode("xyax")).toEqual([0, 1, 0]);
    const apart = { ...bare, model: { ...model, fuse_unk: false } };
    expect(openCharacters(apart).encode("xya")).toEqual([0, 0, 1]);
  });
});

describe("readTokenizerJson and createBpeTokenizer", () => {
  const { model } = tinyTokenizer as { model: Record<string, unknown> };

  test.each<[string, Record<string, unknown>]>([
    ["model.type", { model: { ...model, type: "WordPiece" } }],
    ["model.vocab", { model: { ...model, vocab: { a: -1 } } }],
    ["model.merges", { model: { ...model, merges: ["h"] } }],
    ["merges", { model: { ...model, merges: [["h", "nothing"]] } }],
    ["model.unk_token", { model: { ...model, unk_token: "nothing" } }],
    ["model.end_of_word_suffix", { model: { ...model, end_of_word_suffix: "</w>" } }],
    ["added_tokens", { added_tokens: [{ id: 1, content: "" }] }],
    ["decoder", { decoder: { type: "WordPiece" } }],
    ["decoder", { decoder: null }],
    ["post_processor", { post_processor: { type: "Else" } }],
    ["pre_tokenizer", { pre_tokenizer: { type: "Split", pattern: { Regex: "(" } } }],
  ])("name %s when it cannot be used", (field, changes) => {
    expect(() => open(changes)).toThrow(
      expect.objectContaining({ code: "bad-tokenizer", message: expect.stringContaining(field) }),
    );
  });

  test("take merges as texts and as pairs", () => {
    const texts = open({ model: { ...model, merges: ["h e"] } });
    expect(texts.encode("he")).toEqual(open().encode("he"));
  });

  test("a word that is a token stays one when merges are ignored", () => {
    const vocab = { ...(model.vocab as object), [byteLevelText(Buffer.from("hehe"))]: 290 };
    expect(open({ model: { ...model, vocab } }).encode("hehe")).toEqual([256, 256]);
    expect(open({ model: { ...model, vocab, ignore_merges: true } }).encode("hehe")).toEqual([290]);
  });
});
