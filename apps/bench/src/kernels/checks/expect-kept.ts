import { WrongResult } from "./wrong-result.ts";

const STATISTICS = 4;

/** Throws unless every head of every sequence kept this many keys, and its KV head as many in the union. */
export function expectKept(statistics: Uint32Array, expected: number): void {
  const unlike = new Set<string>();
  for (let at = 0; at < statistics.length; at += STATISTICS) {
    const [kept, union] = statistics.subarray(at, at + 2);
    if (kept !== expected || union !== expected) unlike.add(`${kept}/${union}`);
  }
  if (unlike.size === 0) return;
  const got = [...unlike].slice(0, 4).join(", ");
  throw new WrongResult(`kept/union: expected ${expected}/${expected} of every head, got ${got}`);
}
