import { ModelError } from "../model-error.ts";
import { isJsonObject, type JsonObject } from "../weights/json-file.ts";

/** A token that is found in the text before everything else. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Left out of decoded text. */
  readonly special: boolean;
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
  readonly normalized?: boolean;
}

/** A tokenizer.json with a BPE model, its lists checked. */
export interface TokenizerJson {
  readonly addedTokens: readonly AddedToken[];
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly model: JsonObject;
  readonly normalizer: unknown;
  readonly preTokenizer: unknown;
  readonly postProcessor: unknown;
  readonly decoder: unknown;
}

/** Ids above this are no vocabulary. */
const LARGEST_ID = 2 ** 24;

/** @throws ModelError "bad-tokenizer" naming the field. */
export function readTokenizerJson(json: JsonObject): TokenizerJson {
  const { model } = json;
  if (!isJsonObject(model)) throw badField("model", "an object", model);
  // Files from before 2020 do not name their model.
  const type = model.type ?? (model.merges === undefined ? undefined : "BPE");
  if (type !== "BPE") throw badField("model.type", '"BPE"', type);
  const vocabulary = readVocabulary(model.vocab);
  const { unk_token: unknown } = model;
  if (typeof unknown === "string" && !vocabulary.has(unknown)) {
    throw badField("model.unk_token", "a token of the vocabulary", unknown);
  }
  return {
    vocabulary,
    addedTokens: readAddedTokens(json.added_tokens ?? []),
    model: { ...model, type, merges: readMerges(model.merges) },
    normalizer: json.normalizer ?? null,
    preTokenizer: json.pre_tokenizer ?? null,
    postProcessor: json.post_processor ?? null,
    decoder: json.decoder ?? null,
  };
}

function readVocabulary(vocab: unknown): ReadonlyMap<string, number> {
  if (!isJsonObject(vocab)) throw badField("model.vocab", "an object", vocab);
  const vocabulary = new Map<string, number>();
  for (const [token, id] of Object.entries(vocab)) {
    if (!isTokenId(id)) throw badField(`model.vocab[${JSON.stringify(token)}]`, "an id", id);
    vocabulary.set(token, id);
  }
  return vocabulary;
}

function readMerges(merges: unknown): [string, string][] {
  if (!Array.isArray(merges)) throw badField("model.merges", "a list", merges);
  return merges.map((merge: unknown) => {
    const pair: unknown = typeof merge === "string" ? merge.split(" ") : merge;
    if (isPair(pair)) return pair;
    throw badField("model.merges", "pairs of tokens", merge);
  });
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((x) => typeof x === "string");
}

function readAddedTokens(list: unknown): AddedToken[] {
  if (!Array.isArray(list)) throw badField("added_tokens", "a list", list);
  return list.map((token: unknown) => {
    if (!isJsonObject(token)) throw badField("added_tokens", "objects", token);
    const { id, content } = token;
    if (!isTokenId(id)) throw badField("added_tokens: id", "an id", id);
    if (typeof content !== "string" || content === "") {
      throw badField("added_tokens: content", "a text", content);
    }
    return { ...token, id, content, special: token.special === true };
  });
}

function isTokenId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < LARGEST_ID;
}

function badField(field: string, expected: string, got: unknown): ModelError {
  const text = JSON.stringify(got)?.slice(0, 80);
  return new ModelError("bad-tokenizer", `tokenizer: ${field}: expected ${expected}, got ${text}`);
}
