import { ModelError } from "../model-error.ts";
import { isJsonObject, type JsonObject } from "../weights/json-file.ts";
import { fallbackByte } from "./byte-fallback.ts";
import { byteLevelBytes } from "./byte-level.ts";

/** How single tokens become bytes. */
export interface TokenDecoder {
  /** Bytes of a token that is no added token. */
  bytesOf(token: string): Uint8Array;
  /** Whether the space that encoding puts in front of a text is taken off again. */
  readonly stripsLeadingSpace: boolean;
}

const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Decoder of byte-level BPE. */
export const byteLevelDecoder: TokenDecoder = {
  bytesOf: (token) => byteLevelBytes(token) ?? utf8(token),
  stripsLeadingSpace: false,
};

/**
 * Decoder of a tokenizer.json, reduced to what it does to one token.
 * @throws ModelError "bad-tokenizer" for a decoder that depends on its neighbours, such as WordPiece.
 */
export function readTokenDecoder(decoder: unknown): TokenDecoder {
  const steps = flattenDecoder(decoder);
  const types = steps.map((step) => step.type);
  if (types.includes("ByteLevel")) return byteLevelDecoder;
  const replacements = steps.flatMap(readReplacement);
  const hasBytes = types.includes("ByteFallback");
  return {
    stripsLeadingSpace: steps.some(stripsStart),
    bytesOf(token) {
      const byte = hasBytes ? fallbackByte(token) : undefined;
      if (byte !== undefined) return Uint8Array.of(byte);
      return utf8(replacements.reduce((text, [from, to]) => text.replaceAll(from, to), token));
    },
  };
}

function flattenDecoder(decoder: unknown): JsonObject[] {
  if (!isJsonObject(decoder)) throw badDecoder(decoder);
  if (decoder.type !== "Sequence") return [decoder];
  if (!Array.isArray(decoder.decoders)) throw badDecoder(decoder.decoders);
  return decoder.decoders.flatMap((step: unknown) => {
    if (isJsonObject(step) && step.type === "Sequence") throw badDecoder(step.type);
    return flattenDecoder(step);
  });
}

function readReplacement(step: JsonObject): [string, string][] {
  const { type, pattern, content, replacement } = step;
  if (type === "Metaspace") return [[typeof replacement === "string" ? replacement : "▁", " "]];
  if (type === "Replace") {
    const from = isJsonObject(pattern) ? pattern.String : undefined;
    if (typeof from !== "string" || typeof content !== "string") throw badDecoder(type);
    return [[from, content]];
  }
  if (type === "ByteFallback" || type === "Fuse" || type === "Strip") return [];
  throw badDecoder(type);
}

function stripsStart({ type, start, content, prepend_scheme: scheme }: JsonObject): boolean {
  if (type === "Metaspace") return scheme !== "never";
  return type === "Strip" && content === " " && typeof start === "number" && start > 0;
}

function badDecoder(got: unknown): ModelError {
  const expected = "ByteLevel, Metaspace, Replace, ByteFallback, Fuse or Strip";
  const text = JSON.stringify(got)?.slice(0, 80);
  return new ModelError("bad-tokenizer", `tokenizer: decoder: expected ${expected}, got ${text}`);
}
