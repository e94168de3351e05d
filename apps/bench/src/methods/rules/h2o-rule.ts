import type { ChooseKeys, KeyChoice, KeyChoiceShape } from "@sift-attention/model-runtime";

/** What one KV head of one layer remembers. */
interface HeavyHitters {
  /** Attention that each key has got so far, summed over rows and the query heads of the group: by position. */
  readonly received: number[];
  /** Positions still in the cache, ascending. */
  held: number[];
}

/**
 * H2O (arXiv 2306.14048): the cache of a KV head holds the newest keys, half of the budget, and those that got most
 * attention so far, the other half. An evicted key never comes back. The attention that is summed up is softmax over the
 * keys held; the query heads of a group share one cache.
 * @param options.fraction Keys held, of the visible ones.
 * @param options.fullBefore Rows before this position are the prompt: they keep every key and are summed up.
 */
export function createH2oRule(
  { fraction, fullBefore }: { readonly fraction: number; readonly fullBefore: number },
  { layers, kvHeads }: KeyChoiceShape,
): ChooseKeys {
  const heads = Array.from({ length: layers * kvHeads }, () => ({ received: [], held: [] }));
  return (choice) => {
    const head: HeavyHitters = heads[choice.layer * kvHeads + choice.kvHead]!;
    const { position, firstKey, count, scores, kept } = choice;
    head.held.push(position);
    head.received[position] = 0;
    const budget = Math.max(1, Math.round(fraction * count));
    if (position >= fullBefore && head.held.length > budget) evict(head, budget, choice);
    for (const line of kept) for (const at of head.held) line[at - firstKey] = 1;
    for (const line of scores) receive(head, line, firstKey);
  };
}

/** The key of the row itself counts as received nothing yet, so it stays as one of the newest. */
function evict(head: HeavyHitters, budget: number, { firstKey }: KeyChoice): void {
  const visible = head.held.filter((at) => at >= firstKey);
  const newest = Math.ceil(budget / 2);
  const recent = visible.slice(-newest);
  const older = visible.slice(0, -newest);
  older.sort((a, b) => head.received[b]! - head.received[a]! || a - b);
  const heavy = older.slice(0, budget - newest).sort((a, b) => a - b);
  head.held = [...heavy, ...recent];
}

function receive({ received, held }: HeavyHitters, scores: Float32Array, firstKey: number): void {
  let highest = Number.NEGATIVE_INFINITY;
  for (const at of held) highest = Math.max(highest, scores[at - firstKey]!);
  let total = 0;
  for (const at of held) total += Math.exp(scores[at - firstKey]! - highest);
  for (const at of held) received[at]! += Math.exp(scores[at - firstKey]! - highest) / total;
}
