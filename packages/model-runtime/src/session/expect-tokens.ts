import { ModelError } from "../model-error.ts";

/** @throws ModelError "bad-option" when there is none or one is not a row of the embedding. */
export function expectTokens(
  name: string,
  tokens: readonly number[],
  vocabularySize: number,
): readonly number[] {
  if (tokens.length === 0) {
    throw new ModelError("bad-option", `${name}: expected at least one token, got none`);
  }
  const at = tokens.findIndex((id) => !(Number.isInteger(id) && id >= 0 && id < vocabularySize));
  if (at === -1) return tokens;
  throw new ModelError(
    "bad-option",
    `${name}: expected token ids in [0, ${vocabularySize - 1}], got ${tokens[at]} at ${at}`,
  );
}
