import { ModelError } from "../model-error.ts";

/** @throws ModelError "bad-option" that names the option, its choices and the value. */
export function expectChoice<Choice extends string>(
  name: string,
  value: Choice,
  choices: readonly Choice[],
): Choice {
  if (choices.includes(value)) return value;
  const list = choices.map((choice) => `"${choice}"`).join(", ");
  throw new ModelError(
    "bad-option",
    `${name}: expected one of ${list}, got ${JSON.stringify(value)}`,
  );
}
