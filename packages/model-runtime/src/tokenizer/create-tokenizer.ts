import { type AddedToken, createAddedTokenSplitter } from "./added-token.ts";
import type { SurroundingTokens } from "./surrounding-tokens.ts";
import { type TokenDecoder, utf8 } from "./token-decoder.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A text between added tokens. */
export interface TokenizerPiece {
  readonly text: string;
  /** Counts the pieces of the whole text, added tokens included, from 0. */
  readonly index: number;
  /** Whether special tokens that are found after normalisation become their ids. */
  readonly parseSpecialTokens: boolean;
}

/** What tokenizers differ in. */
export interface TokenizerParts {
  /** Every token's written form by id; undefined where an id has none. */
  readonly tokens: readonly (string | undefined)[];
  readonly addedTokens: readonly AddedToken[];
  readonly surrounding: SurroundingTokens;
  readonly decoder: TokenDecoder;
  /** Appends the ids of a piece. */
  encodePiece(piece: TokenizerPiece, ids: number[]): void;
}

/** A tokenizer from its parts. */
export function createTokenizer(parts: TokenizerParts): Tokenizer {
  const { tokens, addedTokens, surrounding, decoder } = parts;
  const added = new Map(addedTokens.map((token) => [token.id, token]));
  const ids = new Map(tokens.flatMap((token, id) => (token === undefined ? [] : [[token, id]])));
  const early = addedTokens.filter((token) => !token.normalized);
  const splitAll = createAddedTokenSplitter(early);
  const splitPlain = createAddedTokenSplitter(early.filter((token) => !token.special));
  const isSpecial = (id: number): boolean => added.get(id)?.special === true;

  function encodePieces(text: string, parseSpecialTokens: boolean, found: number[]): void {
    const pieces = (parseSpecialTokens ? splitAll : splitPlain)(text);
    for (const [index, piece] of pieces.entries()) {
      if (typeof piece !== "string") found.push(piece.id);
      else parts.encodePiece({ text: piece, index, parseSpecialTokens }, found);
    }
  }

  function tokenBytes(id: number): Uint8Array {
    const token = tokens[id];
    if (token === undefined || isSpecial(id)) return new Uint8Array();
    return added.has(id) ? utf8(token) : decoder.bytesOf(token);
  }

  return {
    vocabularySize: tokens.length,
    encode(text, { addSpecialTokens = true, parseSpecialTokens = true } = {}) {
      const found: number[] = [];
      if (addSpecialTokens) found.push(...surrounding.before);
      encodePieces(text, parseSpecialTokens, found);
      if (addSpecialTokens) found.push(...surrounding.after);
      return found;
    },
    decode(list, { keepSpecialTokens = false } = {}) {
      const bytes = list.map((id) =>
        keepSpecialTokens && isSpecial(id) ? utf8(tokens[id]!) : tokenBytes(id),
      );
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(joinBytes(bytes));
      return decoder.stripsLeadingSpace && text.startsWith(" ") ? text.slice(1) : text;
    },
    tokenBytes,
    isSpecial,
    tokenId: (token) => ids.get(token),
  };
}

function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.byteLength;
  }
  return bytes;
}
