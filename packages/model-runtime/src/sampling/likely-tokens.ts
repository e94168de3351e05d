import { massShare, nucleusShare } from "./mass-share.ts";
import type { SamplingRules } from "./sampling-rules.ts";
import { TokenHeap } from "./token-heap.ts";

type TruncationRules = Pick<SamplingRules, "topK" | "topP" | "minP">;

/** Whole numbers that fall as logits fall: unnormalised probabilities. */
export interface WeighedTokens {
  /** Adjusted, no NaN: [vocabulary]. */
  readonly logits: Float32Array;
  /** [vocabulary]. */
  readonly weights: Uint32Array;
}

/** Tokens that top-k, then top-p of what top-k left, then min-p let through, most likely first; never empty. */
export function likelyTokens({ logits, weights }: WeighedTokens, rules: TruncationRules): number[] {
  const heap = new TokenHeap(logits);
  if (rules.topK === 0) return nucleus(popAll(heap), sum(weights), weights, rules);
  const top = [...popSome(heap, rules.topK)];
  const total = top.reduce((mass, id) => mass + weights[id]!, 0);
  return nucleus(top, total, weights, rules);
}

/** Whether every token may be drawn. */
export function truncatesNothing({ topK, topP, minP }: TruncationRules): boolean {
  return topK === 0 && topP === 1 && minP === 0;
}

function nucleus(
  descending: Iterable<number>,
  total: number,
  weights: Uint32Array,
  { topP, minP }: TruncationRules,
): number[] {
  const kept: number[] = [];
  const end = topP < 1 ? massShare(total, nucleusShare(topP)) : total;
  let mass = 0;
  for (const id of descending) {
    const weight = weights[id]!;
    if (kept.length > 0 && weight < minP * weights[kept[0]!]!) break;
    kept.push(id);
    mass += weight;
    if (mass > end) break;
  }
  return kept;
}

function* popSome(heap: TokenHeap, count: number): Generator<number, void> {
  for (let i = 0; i < count; i++) {
    const id = heap.pop();
    if (id === undefined) return;
    yield id;
  }
}

function popAll(heap: TokenHeap): Generator<number, void> {
  return popSome(heap, Number.POSITIVE_INFINITY);
}

function sum(weights: Uint32Array): number {
  let total = 0;
  for (const weight of weights) total += weight;
  return total;
}
