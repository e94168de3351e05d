import { ModelError } from "../model-error.ts";
import { findByteTokens } from "./byte-fallback.ts";
import { MergeTable } from "./merge-table.ts";
import { utf8 } from "./token-decoder.ts";

/** Byte-pair encoding of words. */
export interface BpeModel {
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Pairs of tokens, the first to join first. */
  readonly merges: readonly (readonly [string, string])[];
  /** A word that is a token as a whole stays one. */
  readonly ignoreMerges: boolean;
  /** A character without a token becomes the tokens of its UTF-8 bytes, `<0x00>` to `<0xFF>`. */
  readonly byteFallback: boolean;
  /** Stands for characters without a token; they vanish when there is none. */
  readonly unknownToken: number | undefined;
  /** Several unknown characters in a row become one token. */
  readonly fuseUnknown: boolean;
}

/** Words seen lately are not merged again; longer ones seldom come twice. */
const CACHED_WORDS = 20_000;
const LONGEST_CACHED_WORD = 48;

/** @throws ModelError "bad-tokenizer" when a merge names a token that is not in the vocabulary. */
export function createWordEncoder(model: BpeModel): (word: string) => readonly number[] {
  const { vocabulary, ignoreMerges } = model;
  const table = createMergeTable(model);
  const bytes = model.byteFallback ? findByteTokens(vocabulary) : undefined;
  const cache = new Map<string, readonly number[]>();

  function encodeWord(word: string): readonly number[] {
    const whole = ignoreMerges ? vocabulary.get(word) : undefined;
    return whole === undefined ? table.apply(splitCharacters(model, bytes, word)) : [whole];
  }

  return (word) => {
    const known = cache.get(word);
    if (known) return known;
    const ids = encodeWord(word);
    if (word.length > LONGEST_CACHED_WORD) return ids;
    if (cache.size >= CACHED_WORDS) cache.clear();
    cache.set(word, ids);
    return ids;
  };
}

function createMergeTable({ vocabulary, merges }: BpeModel): MergeTable {
  const table = new MergeTable();
  const idOf = (token: string): number => {
    const id = vocabulary.get(token);
    if (id !== undefined) return id;
    const message = `tokenizer: merges: expected tokens of the vocabulary, got ${JSON.stringify(token)}`;
    throw new ModelError("bad-tokenizer", message);
  };
  for (const [rank, [left, right]] of merges.entries()) {
    table.add(idOf(left), idOf(right), idOf(left + right), rank);
  }
  return table;
}

function splitCharacters(
  { vocabulary, unknownToken, fuseUnknown }: BpeModel,
  bytes: readonly number[] | undefined,
  word: string,
): number[] {
  const symbols: number[] = [];
  let afterUnknown = false;
  for (const character of word) {
    const id = vocabulary.get(character);
    if (id !== undefined) symbols.push(id);
    else if (bytes) for (const byte of utf8(character)) symbols.push(bytes[byte]!);
    else if (unknownToken !== undefined && !(fuseUnknown && afterUnknown))
      symbols.push(unknownToken);
    afterUnknown = id === undefined;
  }
  return symbols;
}
