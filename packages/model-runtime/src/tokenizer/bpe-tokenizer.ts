import { Tokenizer as TextEncoding } from "@huggingface/tokenizers";
import { ModelError } from "../model-error.ts";
import { decodeTokens } from "./decode-tokens.ts";
import { readSurroundingTokens, type SurroundingTokens } from "./surrounding-tokens.ts";
import { readTokenDecoder, utf8 } from "./token-decoder.ts";
import type { Tokenizer } from "./tokenizer.ts";
import type { AddedToken, TokenizerJson } from "./tokenizer-json.ts";

/**
 * A tokenizer from a tokenizer.json with a BPE model. `surrounding` replaces what its post-processor would add.
 * @throws ModelError "bad-tokenizer".
 */
export function createBpeTokenizer(
  json: TokenizerJson,
  surrounding: SurroundingTokens = readSurroundingTokens(json.postProcessor),
): Tokenizer {
  const tokens = listTokens(json);
  const added = new Map(json.addedTokens.map((token) => [token.id, token]));
  const ids = new Map([
    ...json.vocabulary,
    ...json.addedTokens.map(({ content, id }) => [content, id] as const),
  ]);
  const decoder = readTokenDecoder(json.decoder);
  const encodeWhole = createEncoder(json, json.addedTokens);
  let encodePlain: ReturnType<typeof createEncoder> | undefined;

  const tokenizer: Tokenizer = {
    vocabularySize: tokens.length,
    encode(text, { addSpecialTokens = true, parseSpecialTokens = true } = {}) {
      encodePlain ??= parseSpecialTokens ? undefined : createPlainEncoder(json);
      const encoded = (parseSpecialTokens ? encodeWhole : encodePlain!)(text);
      if (!addSpecialTokens) return encoded;
      return surrounding.before.concat(encoded, surrounding.after);
    },
    decode: (list, options) =>
      decodeTokens(list, { tokens, tokenizer, decoder, keepSpecialTokens: false, ...options }),
    tokenBytes(id) {
      const token = tokens[id];
      if (token === undefined || tokenizer.isSpecial(id)) return new Uint8Array();
      return added.has(id) ? utf8(token) : decoder.bytesOf(token);
    },
    isSpecial: (id) => added.get(id)?.special === true,
    tokenId: (token) => ids.get(token),
  };
  return tokenizer;
}

/** Written form of every token by id; ids that nothing names stay empty. */
function listTokens({ vocabulary, addedTokens }: TokenizerJson): readonly (string | undefined)[] {
  let size = 0;
  for (const id of vocabulary.values()) size = Math.max(size, id + 1);
  for (const { id } of addedTokens) size = Math.max(size, id + 1);
  const tokens = new Array<string | undefined>(size).fill(undefined);
  for (const [token, id] of vocabulary) tokens[id] = token;
  for (const { content, id } of addedTokens) tokens[id] = content;
  return tokens;
}

function createPlainEncoder(json: TokenizerJson): (text: string) => number[] {
  return createEncoder(
    json,
    json.addedTokens.filter((token) => !token.special),
  );
}

function createEncoder(
  json: TokenizerJson,
  addedTokens: readonly AddedToken[],
): (text: string) => number[] {
  const encoding = attempt(
    "tokenizer.json does not hold together",
    () =>
      new TextEncoding(
        {
          added_tokens: addedTokens,
          model: json.model,
          normalizer: json.normalizer,
          pre_tokenizer: json.preTokenizer,
          post_processor: null,
          decoder: null,
        },
        {},
      ),
  );
  return (text) => {
    const { ids } = attempt("the text cannot be encoded", () => encoding.encode(text));
    if (ids.every(Number.isInteger)) return ids;
    throw new ModelError("bad-tokenizer", "tokenizer: a part of the text has no token");
  };
}

function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw new ModelError("bad-tokenizer", `tokenizer: ${what}`, { cause });
  }
}
