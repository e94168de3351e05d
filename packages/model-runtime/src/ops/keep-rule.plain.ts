import type { CpuAttentionRule } from "./cpu-ops.ts";
import { selectNth } from "./select-nth.plain.ts";

/** Scores and weights of the keys that one query head of one row sees: [count] each. */
export interface HeadWeights {
  readonly scores: Float32Array;
  /** exp(score − logSumExp); a rule sets the weights of dropped keys to 0. */
  readonly weights: Float32Array;
  readonly logSumExp: number;
  /** Keys visible. */
  readonly count: number;
}

/** A rule as one head sees it: what the caller's own has chosen, or any other. */
export type PlainRule =
  | Exclude<CpuAttentionRule, { readonly kind: "custom" }>
  /** Keys with anything but 0 are kept: [count]. */
  | { readonly kind: "chosen"; readonly keys: Uint8Array };

/** What a rule left of one head. */
export interface KeptKeys {
  readonly kept: number;
  readonly droppedMass: number;
}

/** Says for each key whether it is kept; asked once per key, in ascending order. */
type KeepKey = (key: number) => boolean;

/** The first and last keys that a rule keeps whatever they weigh, and leaves out of the quantile. */
export function exemptKeys(rule: CpuAttentionRule, count: number): { first: number; end: number } {
  if (rule.kind !== "sift") return { first: 0, end: count };
  const first = Math.min(rule.keepFirst, count);
  return { first, end: Math.max(first, count - rule.keepLast) };
}

/**
 * Zeroes the weights of the keys that the rule drops; `flags` [count] of 1 marks the others in place. A weight that is
 * no number is never dropped by a comparison, so that the output tells of it.
 */
export function applyKeepRule(
  rule: PlainRule,
  thresholdIndex: number,
  head: HeadWeights,
  flags: Uint8Array,
): KeptKeys {
  const isKept = keepTest(rule, thresholdIndex, head);
  let kept = 0;
  let droppedMass = 0;
  for (let key = 0; key < head.count; key++) {
    if (isKept(key)) {
      kept++;
      flags[key] = 1;
    } else {
      droppedMass += head.weights[key]!;
      head.weights[key] = 0;
    }
  }
  return { kept, droppedMass };
}

function keepTest(rule: PlainRule, thresholdIndex: number, head: HeadWeights): KeepKey {
  const { count } = head;
  switch (rule.kind) {
    case "full":
      return thresholdTest(head, -Infinity, 0, count);
    case "sift": {
      const { first, end } = exemptKeys(rule, count);
      return thresholdTest(head, rule.logThresholds[thresholdIndex]!, first, end);
    }
    case "chosen":
      return (key) => rule.keys[key] !== 0;
    case "sliding-window":
      return (key) => key < rule.sinks || key >= count - rule.window;
    case "top-k":
      return topTest(head, Math.min(count, Math.max(1, Math.ceil(rule.fraction * count))));
  }
}

function thresholdTest(
  { scores, logSumExp }: HeadWeights,
  logThreshold: number,
  first: number,
  end: number,
): KeepKey {
  return (key) => key < first || key >= end || !(scores[key]! - logSumExp < logThreshold);
}

/** The `wanted` largest weights; the lower index wins a tie. */
function topTest({ weights, count }: HeadWeights, wanted: number): KeepKey {
  const smallest = selectNth(weights.slice(0, count), 0, count, count - wanted);
  let larger = 0;
  for (let key = 0; key < count; key++) if (weights[key]! > smallest) larger++;
  let ties = wanted - larger;
  return (key) => !(weights[key]! < smallest) && (weights[key] !== smallest || ties-- > 0);
}
