import type { HeadWeights } from "./head-weights.ts";

/** Visible keys from the highest score down; of equal ones the lower index first. */
function byWeight({ scores, visible }: HeadWeights): number[] {
  return visible.toSorted((a, b) => scores[b]! - scores[a]! || a - b);
}

/** The `count` keys of highest score. */
export function heaviestKeys(head: HeadWeights, count: number): number[] {
  return byWeight(head).slice(0, count);
}

/** The fewest heaviest keys that together weigh at least `mass`; all of them when it is 1. */
export function keysOfMass(head: HeadWeights, mass: number): number[] {
  const ranked = byWeight(head);
  if (mass >= 1) return ranked;
  let sum = 0;
  const end = ranked.findIndex((key) => {
    sum += head.weights[key]!;
    return sum >= mass;
  });
  return end < 0 ? ranked : ranked.slice(0, end + 1);
}
