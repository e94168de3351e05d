import type { SamplingRules } from "./sampling-rules.ts";
import { TokenHeap } from "./token-heap.ts";

type TruncationRules = Pick<SamplingRules, "topK" | "topP" | "minP">;

/**
 * Tokens that top-k, then top-p of what top-k left, then min-p let through, most likely first; never empty.
 * `weights` are unnormalised probabilities: [vocabulary].
 */
export function likelyTokens(weights: Float64Array, rules: TruncationRules): number[] {
  const heap = new TokenHeap(weights);
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
  weights: Float64Array,
  { topP, minP }: TruncationRules,
): number[] {
  const kept: number[] = [];
  let mass = 0;
  for (const id of descending) {
    const weight = weights[id]!;
    if (kept.length > 0 && weight < minP * weights[kept[0]!]!) break;
    kept.push(id);
    mass += weight;
    if (topP < 1 && mass >= topP * total) break;
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

function sum(weights: Float64Array): number {
  let total = 0;
  for (const weight of weights) total += weight;
  return total;
}
