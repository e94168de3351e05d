import { passingBlocks } from "./blasst-blocks.ts";
import type { HeadWeights } from "./head-weights.ts";
import { heaviestKeys, keysOfMass } from "./heaviest-keys.ts";
import { isExempt } from "./is-exempt.ts";
import type { KeepRule, SiftRule, TopFractionRule, TopKRule } from "./keep-rule.ts";
import { isKept } from "./kept-set.ts";
import type { Round } from "./precision.ts";

/** Whether a visible key is kept. */
export type KeepTest = (key: number) => boolean;

/** The rule as one head sees it. Every kind of attention differs from full attention by this test alone. */
export function keepTest(
  rule: KeepRule,
  weighed: HeadWeights,
  head: number,
  round: Round,
): KeepTest {
  const contextLength = weighed.scores.length;
  switch (rule.kind) {
    case "full":
      return () => true;
    case "top-k":
      return memberTest(heaviestKeys(weighed, countOf(rule, weighed.visible.length, head)));
    case "sift":
      return siftTest(rule, weighed, round(perHead(rule.logThresholds, head)));
    case "sliding-window":
      return (key) =>
        isExempt(key, contextLength, { keepFirst: rule.sinks, keepLast: rule.window });
    case "top-p":
      return memberTest(keysOfMass(weighed, rule.mass));
    case "blasst":
      return passingBlocks(rule, weighed, round);
    case "given":
      return (key) => isKept(rule.keptSet, head, key);
  }
}

function perHead(value: number | ArrayLike<number>, head: number): number {
  return typeof value === "number" ? value : value[head]!;
}

function memberTest(keys: readonly number[]): KeepTest {
  const members = new Set(keys);
  return (key) => members.has(key);
}

function countOf(rule: TopKRule | TopFractionRule, visible: number, head: number): number {
  if ("fraction" in rule) return Math.max(1, Math.ceil(rule.fraction * visible));
  return perHead(rule.k, head);
}

/** "Not below" instead of "at least": a NaN stays and shows in the output. */
function siftTest(rule: SiftRule, { logWeights }: HeadWeights, logThreshold: number): KeepTest {
  return (key) => isExempt(key, logWeights.length, rule) || !(logWeights[key]! < logThreshold);
}
