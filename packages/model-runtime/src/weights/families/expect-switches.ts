import type { ConfigFields } from "../config-fields.ts";

/**
 * Refuses a configuration that turns something on which is not computed.
 * @throws ModelError "bad-config" naming the switch.
 */
export function expectSwitchesOff(fields: ConfigFields, keys: readonly string[]): void {
  for (const key of keys) if (fields.flag(key, false)) throw fields.refuse(key, "false");
}

/** @throws ModelError "bad-config" unless the text at `key`, or its default, is one of `expected`. */
export function expectText(fields: ConfigFields, key: string, expected: readonly string[]): void {
  const [first = ""] = expected;
  if (!expected.includes(fields.text(key, first))) throw fields.refuse(key, expected.join(" or "));
}
