import type { TokenDecoder } from "./token-decoder.ts";
import { utf8 } from "./token-decoder.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Text of ids: their bytes joined and read as UTF-8. */
export function decodeTokens(
  ids: readonly number[],
  options: {
    readonly tokens: readonly (string | undefined)[];
    readonly tokenizer: Pick<Tokenizer, "isSpecial" | "tokenBytes">;
    readonly decoder: TokenDecoder;
    readonly keepSpecialTokens?: boolean;
  },
): string {
  const { tokens, tokenizer, decoder, keepSpecialTokens } = options;
  const pieces = ids.map((id) => {
    if (!tokenizer.isSpecial(id)) return tokenizer.tokenBytes(id);
    return keepSpecialTokens ? utf8(tokens[id] ?? "") : new Uint8Array();
  });
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(joinBytes(pieces));
  return decoder.stripsLeadingSpace && text.startsWith(" ") ? text.slice(1) : text;
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
