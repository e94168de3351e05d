import { ModelError } from "../model-error.ts";

/**
 * Token ids that end a text: those of every place that names some, each once, ascending.
 * @throws ModelError "bad-config" for an id outside the vocabulary.
 */
export function mergeStopTokens(
  where: string,
  vocabularySize: number,
  ...lists: readonly (readonly number[])[]
): readonly number[] {
  const ids = [...new Set(lists.flat())].sort((a, b) => a - b);
  const outside = ids.find((id) => id >= vocabularySize);
  if (outside === undefined) return ids;
  const message = `${where}: eos_token_id: expected an id below ${vocabularySize}, got ${outside}`;
  throw new ModelError("bad-config", message);
}
