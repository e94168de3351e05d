/** Values that a careless or hostile client may send anywhere. */
const oddities: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  1.5,
  2 ** 53,
  "",
  "\ud800",
  "💥".repeat(50),
  "__proto__",
  [],
  [[]],
  [null],
  {},
  { kind: "sift" },
  { "": {} },
  Array(300).fill(1),
];

/** Field names that the routes know, and some that they must not fall for. */
const names: readonly string[] = [
  "model",
  "messages",
  "prompt",
  "max_tokens",
  "max_completion_tokens",
  "temperature",
  "top_p",
  "top_k",
  "min_p",
  "repetition_penalty",
  "logit_bias",
  "stop",
  "seed",
  "n",
  "stream",
  "stream_options",
  "logprobs",
  "top_logprobs",
  "attention",
  "sift_events",
  "tools",
  "response_format",
  "__proto__",
  "constructor",
  "toString",
];

type Random = () => number;

const pick = <T>(random: Random, values: readonly T[]): T =>
  values[Math.floor(random() * values.length)]!;

/** A copy of a JSON value with one part replaced, removed, added or broken. */
export function mutateValue(value: unknown, random: Random): unknown {
  if (Array.isArray(value) && value.length > 0 && random() < 0.8) {
    const at = Math.floor(random() * value.length);
    return value.map((item, index) => (index === at ? mutateValue(item, random) : item));
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value) && random() < 0.9) {
    return mutateObject(value, random);
  }
  return pick(random, oddities);
}

function mutateObject(value: object, random: Random): object {
  const entries = Object.entries(value);
  if (entries.length === 0 || random() < 0.4) {
    return Object.fromEntries([...entries, [pick(random, names), pick(random, oddities)]]);
  }
  const at = Math.floor(random() * entries.length);
  if (random() < 0.15) return Object.fromEntries(entries.filter((_, index) => index !== at));
  return Object.fromEntries(
    entries.map(([name, field], index) => [
      name,
      index === at ? mutateValue(field, random) : field,
    ]),
  );
}

/** A copy of a text with a few of its UTF-16 units cut out, doubled or replaced. */
export function mutateText(text: string, random: Random): string {
  const at = Math.floor(random() * text.length);
  const length = 1 + Math.floor(random() * 8);
  const piece = text.slice(at, at + length);
  const replacement = pick(random, ["", piece + piece, '"', "{", "]", "\\u", "\u0000", "e9"]);
  return text.slice(0, at) + replacement + text.slice(at + length);
}
