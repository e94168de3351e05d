import { ModelError } from "../model-error.ts";
import { isJsonObject, type JsonObject } from "./json-file.ts";

/** Bounds of a number and what stands in when the field is absent or null. */
export interface FieldRule {
  readonly min?: number;
  readonly max?: number;
  readonly otherwise?: number;
}

/** Typed access to the fields of a configuration; every method throws ModelError "bad-config" with field and value. */
export interface ConfigFields {
  readonly where: string;
  has(key: string): boolean;
  /** A whole number, from 1 unless the rule says otherwise. */
  count(key: string, rule?: FieldRule): number;
  /** A finite number, above 0 unless the rule has a minimum. */
  number(key: string, rule?: FieldRule): number;
  flag(key: string, otherwise: boolean): boolean;
  text(key: string, otherwise?: string): string;
  /** A list of strings; undefined when absent. */
  texts(key: string): readonly string[] | undefined;
  /** A token id or a list of them; empty when absent. */
  tokens(key: string): readonly number[];
  /** The fields of an object inside; undefined when absent. */
  nested(key: string): ConfigFields | undefined;
  /** The error of a field whose value is of the right type but cannot be used. */
  refuse(key: string, expected: string): ModelError;
}

/** Fields over a lookup, so that JSON and GGUF metadata are read alike. */
export function createConfigFields(where: string, get: (key: string) => unknown): ConfigFields {
  const value = (key: string): unknown => get(key) ?? undefined;
  const refuse = (key: string, expected: string): ModelError =>
    new ModelError("bad-config", `${where}: ${key}: expected ${expected}, got ${show(get(key))}`);

  function readNumber(key: string, kind: string, rule: FieldRule, fits: (n: number) => boolean) {
    const found = value(key) ?? rule.otherwise;
    if (typeof found !== "number" || !fits(found)) throw refuse(key, kind);
    const max = rule.max ?? Number.MAX_SAFE_INTEGER;
    if (found > max) throw refuse(key, `${kind}, at most ${max}`);
    return found;
  }

  return {
    where,
    has: (key) => value(key) !== undefined,
    count(key, rule = {}) {
      const min = rule.min ?? 1;
      const fits = (n: number) => Number.isSafeInteger(n) && n >= min;
      return readNumber(key, `a whole number from ${min}`, rule, fits);
    },
    number(key, rule = {}) {
      const { min } = rule;
      const kind = min === undefined ? "a number above 0" : `a number from ${min}`;
      const fits = (n: number) => Number.isFinite(n) && (min === undefined ? n > 0 : n >= min);
      return readNumber(key, kind, rule, fits);
    },
    flag(key, otherwise) {
      const found = value(key) ?? otherwise;
      if (typeof found !== "boolean") throw refuse(key, "true or false");
      return found;
    },
    text(key, otherwise) {
      const found = value(key) ?? otherwise;
      if (typeof found !== "string") throw refuse(key, "a string");
      return found;
    },
    texts(key) {
      const found = value(key);
      if (found === undefined) return undefined;
      const list: unknown[] = Array.isArray(found) ? found : [found];
      if (!list.every((item) => typeof item === "string")) throw refuse(key, "a list of strings");
      return list;
    },
    tokens(key) {
      const found = value(key) ?? [];
      const list: unknown[] = Array.isArray(found) ? found : [found];
      if (!list.every(isTokenId)) throw refuse(key, "token ids");
      return list;
    },
    nested(key) {
      const found = value(key);
      if (found === undefined) return undefined;
      if (!isJsonObject(found)) throw refuse(key, "an object");
      return createJsonFields(`${where}: ${key}`, found);
    },
    refuse,
  };
}

/** Fields of a JSON object. */
export function createJsonFields(where: string, object: JsonObject): ConfigFields {
  return createConfigFields(where, (key) => (Object.hasOwn(object, key) ? object[key] : undefined));
}

function isTokenId(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}
