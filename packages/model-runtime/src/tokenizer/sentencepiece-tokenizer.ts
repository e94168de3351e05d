import { findByteTokens } from "./byte-fallback.ts";
import { createTokenizer } from "./create-tokenizer.ts";
import { type GgufVocabulary, listAddedTokens, TOKEN_KIND } from "./gguf-vocabulary.ts";
import { type FindMerge, joinSymbols, LARGEST_SYMBOL } from "./join-symbols.ts";
import type { SurroundingTokens } from "./surrounding-tokens.ts";
import { readTokenDecoder, utf8 } from "./token-decoder.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A SentencePiece vocabulary of the BPE kind, as GGUF calls "llama". */
export interface SentencePieceVocabulary extends GgufVocabulary {
  /** Higher scores join first: one per token. */
  readonly scores: ArrayLike<number>;
  /** A space goes in front of every text between added tokens. */
  readonly addSpacePrefix: boolean;
  /** Stands for a character that has no token and no byte tokens. */
  readonly unknownToken: number | undefined;
  readonly surrounding: SurroundingTokens;
}

/**
 * A tokenizer that joins neighbouring pieces whose concatenation is a token, the highest score first, and writes what
 * is left without a token as bytes.
 */
export function createSentencePieceTokenizer(vocabulary: SentencePieceVocabulary): Tokenizer {
  const { tokens, addSpacePrefix, unknownToken, surrounding } = vocabulary;
  const pieces = listPieces(vocabulary);
  const symbols = nameSymbols(tokens.length, pieces);
  const byteTokens = findByteTokens(new Map(tokens.map((token, id) => [token, id])));
  const characters = [...symbols].filter(([text]) => [...text].length === 1);
  const characterOf = new Map(characters.map(([text, symbol]) => [symbol, text]));
  const textOf = (symbol: number): string => tokens[symbol] ?? characterOf.get(symbol)!;
  const findMerge = createMergeFinder(vocabulary, pieces, textOf);

  function writeUnknown(character: string, ids: number[]): void {
    if (byteTokens) for (const byte of utf8(character)) ids.push(byteTokens[byte]!);
    else if (unknownToken !== undefined) ids.push(unknownToken);
  }

  function encodeRun(run: readonly number[], ids: number[]): void {
    for (const symbol of joinSymbols(run, findMerge)) {
      if (symbol < tokens.length) ids.push(symbol);
      else writeUnknown(characterOf.get(symbol)!, ids);
    }
  }

  return createTokenizer({
    tokens,
    addedTokens: listAddedTokens(vocabulary),
    surrounding,
    decoder: readTokenDecoder(decoderOf(addSpacePrefix)),
    encodePiece({ text }, ids) {
      let run: number[] = [];
      for (const character of `${addSpacePrefix ? " " : ""}${text}`.replaceAll(" ", "▁")) {
        const symbol = symbols.get(character);
        if (symbol !== undefined) run.push(symbol);
        else {
          encodeRun(run, ids);
          writeUnknown(character, ids);
          run = [];
        }
      }
      encodeRun(run, ids);
    },
  });
}

function decoderOf(addSpacePrefix: boolean): object {
  const decoders: object[] = [
    { type: "Replace", pattern: { String: "▁" }, content: " " },
    { type: "ByteFallback" },
  ];
  if (addSpacePrefix) decoders.push({ type: "Strip", content: " ", start: 1, stop: 0 });
  return { type: "Sequence", decoders };
}

/** The tokens that text can join to. */
function listPieces({ tokens, kinds }: GgufVocabulary): ReadonlyMap<string, number> {
  const apart: readonly (number | undefined)[] = [
    TOKEN_KIND.unknown,
    TOKEN_KIND.control,
    TOKEN_KIND.byte,
  ];
  const entries = tokens.map((token, id) => [token, id] as const);
  return new Map(entries.filter(([token, id]) => token !== "" && !apart.includes(kinds?.[id])));
}

/**
 * Pieces and, under numbers past the vocabulary, the characters that only occur inside of pieces: they join, too.
 */
function nameSymbols(
  size: number,
  pieces: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const symbols = new Map(pieces);
  let next = size;
  for (const piece of pieces.keys()) {
    for (const character of piece) if (!symbols.has(character)) symbols.set(character, next++);
  }
  return symbols;
}

/**
 * Two symbols join where their texts make a piece, whose score is their rank. Looked up when they meet: a table of all
 * the ways to cut every piece would take seconds for a large vocabulary.
 */
function createMergeFinder(
  { scores }: SentencePieceVocabulary,
  pieces: ReadonlyMap<string, number>,
  textOf: (symbol: number) => string,
): FindMerge {
  const ranks = rankScores(Array.from(pieces.values(), (id) => scores[id]!));
  return (left, right) => {
    const id = pieces.get(textOf(left) + textOf(right));
    return id === undefined ? undefined : ranks.get(scores[id]!)! * LARGEST_SYMBOL + id;
  };
}

/** Equal scores share a rank: of them the leftmost pair joins first. */
function rankScores(scores: readonly number[]): ReadonlyMap<number, number> {
  const distinct = [...new Set(scores)].sort((a, b) => b - a);
  return new Map(distinct.map((score, rank) => [score, rank]));
}
