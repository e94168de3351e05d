import { ModelError } from "../model-error.ts";
import { isJsonObject, type JsonObject } from "../weights/json-file.ts";
import type { AddedToken } from "./added-token.ts";
import type { BpeModel } from "./bpe-model.ts";

/** A tokenizer.json with a BPE model, its lists checked. */
export interface TokenizerJson {
  readonly addedTokens: readonly AddedToken[];
  readonly model: BpeModel;
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
  return {
    addedTokens: readAddedTokens(json.added_tokens ?? []),
    model: readModel(model),
    normalizer: json.normalizer ?? null,
    preTokenizer: json.pre_tokenizer ?? null,
    postProcessor: json.post_processor ?? null,
    decoder: json.decoder ?? null,
  };
}

function readModel(model: JsonObject): BpeModel {
  for (const affix of ["continuing_subword_prefix", "end_of_word_suffix"]) {
    if (model[affix]) throw badField(`model.${affix}`, "nothing", model[affix]);
  }
  const vocabulary = readVocabulary(model.vocab);
  const { unk_token: unknown } = model;
  const unknownToken = typeof unknown === "string" ? vocabulary.get(unknown) : undefined;
  if (typeof unknown === "string" && unknownToken === undefined) {
    throw badField("model.unk_token", "a token of the vocabulary", unknown);
  }
  return {
    vocabulary,
    merges: readMerges(model.merges),
    ignoreMerges: model.ignore_merges === true,
    byteFallback: model.byte_fallback === true,
    unknownToken,
    fuseUnknown: model.fuse_unk === true,
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
    const special = token.special === true;
    return {
      id,
      content,
      special,
      lstrip: token.lstrip === true,
      rstrip: token.rstrip === true,
      singleWord: token.single_word === true,
      normalized: (token.normalized ?? !special) === true,
    };
  });
}

function isTokenId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < LARGEST_ID;
}

function badField(field: string, expected: string, got: unknown): ModelError {
  const text = JSON.stringify(got)?.slice(0, 80);
  return new ModelError("bad-tokenizer", `tokenizer: ${field}: expected ${expected}, got ${text}`);
}
