import { ModelError } from "../model-error.ts";
import type { ConfigFields } from "../weights/config-fields.ts";
import type { GgufValue } from "../weights/gguf-header.ts";
import { createBpeTokenizer } from "./bpe-tokenizer.ts";
import type { ChatTemplateTokens } from "./chat-template.ts";
import {
  type GgufVocabulary,
  listAddedTokens,
  readGgufSurrounding,
  readGgufVocabulary,
  readNumbers,
  readTexts,
  readTokenId,
} from "./gguf-vocabulary.ts";
import { findPreTokenizer } from "./pre-tokenizers.ts";
import { createSentencePieceTokenizer } from "./sentencepiece-tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";

type Metadata = ReadonlyMap<string, GgufValue>;

/** What a GGUF file's tokenizer keys amount to. */
export interface GgufTokenizer {
  readonly tokenizer: Tokenizer;
  /** Tokens that end a text. */
  readonly stopTokens: readonly number[];
  readonly templateTokens: ChatTemplateTokens;
}

/** Tokens that end a turn or a text wherever they occur, for files that name no end-of-turn token. */
const ENDING_TOKENS: ReadonlySet<string> = new Set([
  "<|eot_id|>",
  "<|im_end|>",
  "<|end|>",
  "<end_of_turn>",
  "<|endoftext|>",
  "<|eom_id|>",
  "<EOT>",
]);

/**
 * The tokenizer that a GGUF file embeds: byte-level BPE ("gpt2") or SentencePiece ("llama").
 * @throws ModelError "bad-tokenizer", "unsupported-format" for another kind or an unknown way of cutting into words.
 */
export function createGgufTokenizer(fields: ConfigFields, metadata: Metadata): GgufTokenizer {
  const model = fields.text("tokenizer.ggml.model");
  const isSentencePiece = model === "llama";
  if (!isSentencePiece && model !== "gpt2") {
    const message = `tokenizer: tokenizer.ggml.model: expected gpt2 or llama, got ${JSON.stringify(model)}`;
    throw new ModelError("unsupported-format", message);
  }
  const vocabulary = readGgufVocabulary(metadata);
  const ids = readSpecialIds(fields, vocabulary, isSentencePiece);
  const create = isSentencePiece ? openSentencePiece : openByteLevel;
  const ending = listAddedTokens(vocabulary)
    .filter(({ special, content }) => special && ENDING_TOKENS.has(content))
    .map(({ id }) => id);
  const named = [ids.eos, ids.eot, ids.eom].filter((id) => id !== undefined);
  const text = (id: number | undefined) => (id === undefined ? "" : vocabulary.tokens[id]!);
  return {
    tokenizer: create(fields, metadata, vocabulary, ids),
    stopTokens: [...named, ...ending],
    templateTokens: { bos_token: text(ids.bos), eos_token: text(ids.eos) },
  };
}

interface SpecialIds {
  readonly bos: number | undefined;
  readonly eos: number | undefined;
  readonly eot: number | undefined;
  readonly eom: number | undefined;
  readonly unknown: number | undefined;
}

/** SentencePiece models number unknown, beginning and end 0, 1 and 2 unless told otherwise. */
function readSpecialIds(
  fields: ConfigFields,
  { tokens }: GgufVocabulary,
  isSentencePiece: boolean,
): SpecialIds {
  const read = (name: string, otherwise?: number): number | undefined => {
    const usual = isSentencePiece && otherwise! < tokens.length ? otherwise : undefined;
    return readTokenId(fields, name, tokens.length) ?? usual;
  };
  return {
    unknown: read("unknown", 0),
    bos: read("bos", 1),
    eos: read("eos", 2),
    eot: read("eot"),
    eom: read("eom"),
  };
}

function openSentencePiece(
  fields: ConfigFields,
  metadata: Metadata,
  vocabulary: GgufVocabulary,
  ids: SpecialIds,
): Tokenizer {
  return createSentencePieceTokenizer({
    ...vocabulary,
    scores: readNumbers(metadata, "tokenizer.ggml.scores", vocabulary.tokens.length),
    addSpacePrefix: fields.flag("tokenizer.ggml.add_space_prefix", true),
    unknownToken: ids.unknown,
    surrounding: readGgufSurrounding(fields, { addBos: true }, ids),
  });
}

function openByteLevel(
  fields: ConfigFields,
  metadata: Metadata,
  vocabulary: GgufVocabulary,
  ids: SpecialIds,
): Tokenizer {
  const { patterns, ignoreMerges, addBos } = findPreTokenizer(
    fields.text("tokenizer.ggml.pre", "default"),
  );
  const splits = patterns.map((Regex) => ({
    type: "Split",
    pattern: { Regex },
    behavior: "Isolated",
    invert: false,
  }));
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, use_regex: false };
  return createBpeTokenizer(
    {
      addedTokens: listAddedTokens(vocabulary),
      model: {
        vocabulary: new Map(vocabulary.tokens.map((token, id) => [token, id])),
        merges: readTexts(metadata, "tokenizer.ggml.merges").map(splitMerge),
        ignoreMerges,
        byteFallback: false,
        unknownToken: undefined,
        fuseUnknown: false,
      },
      normalizer: null,
      preTokenizer: { type: "Sequence", pretokenizers: [...splits, byteLevel] },
      postProcessor: null,
      decoder: byteLevel,
    },
    readGgufSurrounding(fields, { addBos }, ids),
  );
}

function splitMerge(merge: string): [string, string] {
  const space = merge.indexOf(" ", 1);
  if (space > 0) return [merge.slice(0, space), merge.slice(space + 1)];
  const message = `tokenizer: tokenizer.ggml.merges: expected two tokens, got ${JSON.stringify(merge)}`;
  throw new ModelError("bad-tokenizer", message);
}
