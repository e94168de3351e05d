import { ModelError } from "../model-error.ts";
import type { ConfigFields } from "../weights/config-fields.ts";
import type { GgufValue } from "../weights/gguf-header.ts";
import type { AddedToken } from "./added-token.ts";
import type { SurroundingTokens } from "./surrounding-tokens.ts";

/** What a GGUF file says of each token. */
export interface GgufVocabulary {
  readonly tokens: readonly string[];
  /** llama.cpp's kind of each token; undefined when the file names none: all normal. */
  readonly kinds: ArrayLike<number> | undefined;
}

/** llama.cpp's kinds of tokens. */
export const TOKEN_KIND = { unknown: 2, control: 3, userDefined: 4, byte: 6 } as const;

type Metadata = ReadonlyMap<string, GgufValue>;

/** @throws ModelError "bad-tokenizer". */
export function readGgufVocabulary(metadata: Metadata): GgufVocabulary {
  const tokens = readTexts(metadata, "tokenizer.ggml.tokens");
  const kinds = metadata.has("tokenizer.ggml.token_type")
    ? readNumbers(metadata, "tokenizer.ggml.token_type", tokens.length)
    : undefined;
  return { tokens, kinds };
}

/** A list of strings. @throws ModelError "bad-tokenizer". */
export function readTexts(metadata: Metadata, key: string): readonly string[] {
  const list = metadata.get(key);
  if (Array.isArray(list) && list.every((text) => typeof text === "string")) return list;
  throw new ModelError("bad-tokenizer", `tokenizer: ${key}: expected a list of strings`);
}

/** A list of `length` finite numbers. @throws ModelError "bad-tokenizer". */
export function readNumbers(metadata: Metadata, key: string, length: number): ArrayLike<number> {
  const list = metadata.get(key);
  const numeric =
    list instanceof Int32Array || list instanceof Float32Array || list instanceof Float64Array;
  if (numeric && list.length === length && list.every(Number.isFinite)) return list;
  throw new ModelError("bad-tokenizer", `tokenizer: ${key}: expected ${length} finite numbers`);
}

/** Control tokens are special; user-defined ones are found in every text. */
export function listAddedTokens({ tokens, kinds }: GgufVocabulary): AddedToken[] {
  return tokens.flatMap((content, id) => {
    const kind = kinds?.[id];
    const special = kind === TOKEN_KIND.control || kind === TOKEN_KIND.unknown;
    if (content === "" || (!special && kind !== TOKEN_KIND.userDefined)) return [];
    const plain = { lstrip: false, rstrip: false, singleWord: false, normalized: false };
    return [{ id, content, special, ...plain }];
  });
}

/** The token that a key names; undefined when absent. @throws ModelError "bad-tokenizer" outside the vocabulary. */
export function readTokenId(
  fields: ConfigFields,
  name: string,
  vocabularySize: number,
): number | undefined {
  const id = fields.tokens(`tokenizer.ggml.${name}_token_id`)[0];
  if (id === undefined || id < vocabularySize) return id;
  const message = `tokenizer: tokenizer.ggml.${name}_token_id: expected below ${vocabularySize}, got ${id}`;
  throw new ModelError("bad-tokenizer", message);
}

/** Tokens that the file wants around a text; `otherwise` says what holds where it is silent. */
export function readGgufSurrounding(
  fields: ConfigFields,
  otherwise: { readonly addBos: boolean },
  ids: { readonly bos: number | undefined; readonly eos: number | undefined },
): SurroundingTokens {
  const addBos = fields.flag("tokenizer.ggml.add_bos_token", otherwise.addBos);
  const addEos = fields.flag("tokenizer.ggml.add_eos_token", false);
  return {
    before: addBos && ids.bos !== undefined ? [ids.bos] : [],
    after: addEos && ids.eos !== undefined ? [ids.eos] : [],
  };
}
