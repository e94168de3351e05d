import { ModelError } from "../model-error.ts";
import { isJsonObject } from "../weights/json-file.ts";

/** Token ids that a model expects around a text. */
export interface SurroundingTokens {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const NONE: SurroundingTokens = { before: [], after: [] };

/**
 * What the post-processor of a tokenizer.json puts around a single text.
 * @throws ModelError "bad-tokenizer" for one that is not known.
 */
export function readSurroundingTokens(processor: unknown): SurroundingTokens {
  if (processor === null) return NONE;
  if (!isJsonObject(processor)) throw badProcessor(processor);
  switch (processor.type) {
    case "ByteLevel":
      return NONE;
    case "TemplateProcessing":
      return readTemplate(processor.single, processor.special_tokens);
    case "BertProcessing":
    case "RobertaProcessing":
      return { before: readPair(processor.cls), after: readPair(processor.sep) };
    case "Sequence":
      return readSequence(processor.processors);
    default:
      throw badProcessor(processor.type);
  }
}

function readSequence(processors: unknown): SurroundingTokens {
  if (!Array.isArray(processors)) throw badProcessor(processors);
  return processors.reduce<SurroundingTokens>((inner, processor: unknown) => {
    if (isJsonObject(processor) && processor.type === "Sequence") throw badProcessor("Sequence");
    const outer = readSurroundingTokens(processor);
    return {
      before: [...outer.before, ...inner.before],
      after: [...inner.after, ...outer.after],
    };
  }, NONE);
}

function readTemplate(template: unknown, specialTokens: unknown): SurroundingTokens {
  if (!Array.isArray(template)) throw badProcessor(template);
  const text = template.findIndex((item) => isJsonObject(item) && "Sequence" in item);
  if (text < 0) throw badProcessor(template);
  const idsOf = (item: unknown): number[] => readTemplateIds(item, specialTokens);
  return {
    before: template.slice(0, text).flatMap(idsOf),
    after: template.slice(text + 1).flatMap(idsOf),
  };
}

function readTemplateIds(item: unknown, specialTokens: unknown): number[] {
  const special = isJsonObject(item) ? item.SpecialToken : undefined;
  const name = isJsonObject(special) ? special.id : undefined;
  const known =
    isJsonObject(specialTokens) && typeof name === "string" && Object.hasOwn(specialTokens, name);
  const entry = known ? specialTokens[name] : undefined;
  const ids = isJsonObject(entry) ? entry.ids : undefined;
  if (!Array.isArray(ids) || !ids.every(isTokenId)) throw badProcessor(item);
  return ids;
}

function readPair(pair: unknown): number[] {
  const id: unknown = Array.isArray(pair) ? pair[1] : undefined;
  if (!isTokenId(id)) throw badProcessor(pair);
  return [id];
}

function isTokenId(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function badProcessor(got: unknown): ModelError {
  const text = JSON.stringify(got)?.slice(0, 80);
  return new ModelError("bad-tokenizer", `tokenizer: post_processor: cannot use ${text}`);
}
