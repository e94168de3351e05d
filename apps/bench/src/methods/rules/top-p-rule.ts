import type { LineRule } from "./line-rule.ts";

/** Nats of score in one bin: the bin that p falls into is sorted, the others are only added up. */
const BIN_WIDTH = 1 / 8;
const BINS = 512;

const binOf = (below: number): number => Math.min(BINS - 1, Math.floor(below / BIN_WIDTH));

/** Keeps the fewest heaviest keys whose weights reach p together; of equal ones the lower index wins. */
export function topPRule(mass: number): LineRule {
  const weights = new Float64Array(BINS);
  return (scores, kept) => {
    const highest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
    weights.fill(0);
    let total = 0;
    for (let key = 0; key < scores.length; key++) {
      const below = highest - scores[key]!;
      const weight = Math.exp(-below);
      weights[binOf(below)]! += weight;
      total += weight;
    }
    let left = mass * total;
    let bin = 0;
    while (bin < BINS - 1 && weights[bin]! < left) left -= weights[bin++]!;
    const edge: number[] = [];
    for (let key = 0; key < scores.length; key++) {
      const at = binOf(highest - scores[key]!);
      if (at < bin) kept[key] = 1;
      if (at === bin) edge.push(key);
    }
    edge.sort((a, b) => scores[b]! - scores[a]! || a - b);
    for (const key of edge) {
      if (left <= 0) break;
      kept[key] = 1;
      left -= Math.exp(scores[key]! - highest);
    }
  };
}
