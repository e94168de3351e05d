import { createAddedTokenSplitter } from "./added-token.ts";
import { createWordEncoder } from "./bpe-model.ts";
import { createTokenizer } from "./create-tokenizer.ts";
import { readSurroundingTokens, type SurroundingTokens } from "./surrounding-tokens.ts";
import { createTextSplitter } from "./text-splitter.ts";
import { readTokenDecoder } from "./token-decoder.ts";
import type { Tokenizer } from "./tokenizer.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";

/**
 * A tokenizer from a tokenizer.json with a BPE model. `surrounding` replaces what its post-processor would add.
 * @throws ModelError "bad-tokenizer".
 */
export function createBpeTokenizer(
  json: TokenizerJson,
  surrounding: SurroundingTokens = readSurroundingTokens(json.postProcessor),
): Tokenizer {
  const { normalize, split } = createTextSplitter(json.normalizer, json.preTokenizer);
  const encodeWord = createWordEncoder(json.model);
  // Tokens that are found after normalisation are looked for in their own normalised form.
  const late = json.addedTokens
    .filter((token) => token.normalized)
    .map((token) => ({ ...token, content: normalize(token.content) }))
    .filter((token) => token.content !== "");
  const splitAll = createAddedTokenSplitter(late);
  const splitPlain = createAddedTokenSplitter(late.filter((token) => !token.special));
  return createTokenizer({
    tokens: listTokens(json),
    addedTokens: json.addedTokens,
    surrounding,
    decoder: readTokenDecoder(json.decoder),
    encodePiece({ text, index, parseSpecialTokens }, ids) {
      const parts = (parseSpecialTokens ? splitAll : splitPlain)(normalize(text));
      for (const part of parts) {
        if (typeof part !== "string") ids.push(part.id);
        else for (const word of split(part, index)) for (const id of encodeWord(word)) ids.push(id);
      }
    },
  });
}

/** Written form of every token by id; ids that nothing names stay empty. */
function listTokens({ model, addedTokens }: TokenizerJson): readonly (string | undefined)[] {
  let size = 0;
  for (const id of model.vocabulary.values()) size = Math.max(size, id + 1);
  for (const { id } of addedTokens) size = Math.max(size, id + 1);
  const tokens = new Array<string | undefined>(size).fill(undefined);
  for (const [token, id] of model.vocabulary) tokens[id] = token;
  for (const { content, id } of addedTokens) tokens[id] = content;
  return tokens;
}
