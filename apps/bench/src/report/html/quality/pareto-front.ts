/** What a method costs and what it loses: less is better in both. */
export interface Bargain {
  readonly cost: number;
  readonly loss: number;
}

/** Those that no other one beats in one measure without losing in the other, by ascending cost. */
export function paretoFront<Item extends Bargain>(items: readonly Item[]): Item[] {
  const front: Item[] = [];
  for (const item of items.toSorted((a, b) => a.cost - b.cost || a.loss - b.loss)) {
    const best = front.at(-1);
    if (best === undefined || item.loss < best.loss) front.push(item);
  }
  return front;
}
