import { readFileSync } from "node:fs";
import { sharedData } from "@sift-attention/testing/shared-data";
import { describe, expect, test } from "vitest";
import { createConfigFields } from "../weights/config-fields.ts";
import { openFileSource } from "../weights/file-source.node.ts";
import { readGgufHeader } from "../weights/gguf-header.ts";
import { createBpeTokenizer } from "./bpe-tokenizer.ts";
import { createGgufTokenizer } from "./gguf-tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { readTokenizerJson } from "./tokenizer-json.ts";

function openJson(path: string): Tokenizer {
  return createBpeTokenizer(readTokenizerJson(JSON.parse(readFileSync(path, "utf8"))));
}

async function openGguf(path: string): Promise<Tokenizer> {
  const source = await openFileSource(path);
  const { metadata } = await readGgufHeader(source);
  await source.close();
  const fields = createConfigFields(path, (key) => metadata.get(key));
  return createGgufTokenizer(fields, metadata).tokenizer;
}

interface Vectors {
  readonly vectors: string;
  readonly file: readonly string[];
  readonly open: (path: string) => Tokenizer | Promise<Tokenizer>;
}

/** Folders of tokenizers beside the vectors; the last two are checked where somebody has put them. */
const CASES: readonly Vectors[] = [
  {
    vectors: "gpt-2",
    file: ["data", "tokenizers", "vectors", "ggml-vocab-gpt-2.gguf"],
    open: openGguf,
  },
  { vectors: "gpt-2", file: ["data", "tokenizers", "gpt2", "tokenizer.json"], open: openJson },
  {
    vectors: "llama-spm",
    file: ["data", "tokenizers", "vectors", "ggml-vocab-llama-spm.gguf"],
    open: openGguf,
  },
  {
    vectors: "llama-spm",
    file: ["data", "golden", "tiny-random-llama", "tokenizer.json"],
    open: openJson,
  },
  { vectors: "qwen2", file: ["data", "tokenizers", "qwen2", "tokenizer.json"], open: openJson },
  {
    vectors: "llama-bpe",
    file: ["data", "tokenizers", "llama3", "tokenizer.json"],
    open: openJson,
  },
];

function readVectors(folder: string, name: string): { text: string; ids: number[] }[] {
  const base = `${folder}/ggml-vocab-${name}.gguf`;
  const texts = readFileSync(`${base}.inp`, "utf8").split("\n__ggml_vocab_test__\n");
  const lines = readFileSync(`${base}.out`, "utf8").split("\n");
  return texts.map((text, i) => ({ text, ids: lines[i]!.split(" ").filter(Boolean).map(Number) }));
}

const folder = sharedData("data", "tokenizers", "vectors");

describe.each(CASES)("llama.cpp's $vectors vectors with $file", ({ vectors, file, open }) => {
  const path = sharedData(...file);

  test.skipIf(!folder || !path)("every text becomes its ids and comes back", async () => {
    const tokenizer = await open(path!);
    const cases = readVectors(folder!, vectors);
    expect(cases).toHaveLength(47);
    for (const { text, ids } of cases) {
      const plain = { addSpecialTokens: false, parseSpecialTokens: false };
      expect(tokenizer.encode(text, plain), JSON.stringify(text)).toEqual(ids);
      expect(tokenizer.decode(ids)).toBe(text);
      const bytes = Buffer.concat(ids.map((id) => tokenizer.tokenBytes(id)));
      expect(bytes.toString().trimStart()).toBe(text.trimStart());
    }
  });
});

const BPE = sharedData("data", "tokenizers", "gpt2", "tokenizer.json");

describe.skipIf(!BPE)("encode of a long text", () => {
  test("a megabyte without a space becomes its tokens before the test times out", () => {
    const tokenizer = openJson(BPE!);
    const four = tokenizer.tokenId("aaaa")!;
    const ids = tokenizer.encode("a".repeat(2 ** 20));
    expect(ids).toHaveLength(2 ** 18);
    expect(new Set(ids)).toEqual(new Set([four]));
  });
});
