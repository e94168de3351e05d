/** Symbols are vocabulary ids and a few beyond them; a pair is one exact number below 2^50. */
const LARGEST_SYMBOL = 2 ** 25;

/** Position and rank share one exact number: ranks stay below 2^24, positions below the longest string's 2^29. */
const POSITIONS = 2 ** 29;

/** Which neighbouring symbols join, to what, and in which order. */
export class MergeTable {
  readonly #merges = new Map<number, number>();
  readonly #results: number[] = [];
  readonly #ranks: number[] = [];

  /** Lower ranks join first. A pair that is added again replaces the earlier one. */
  add(left: number, right: number, result: number, rank: number): void {
    this.#merges.set(left * LARGEST_SYMBOL + right, this.#results.length);
    this.#results.push(result);
    this.#ranks.push(rank);
  }

  /**
   * Joins the pair of lowest rank, of equal ranks the leftmost, until none is left. Time grows as n log n for n
   * symbols.
   */
  apply(symbols: readonly number[]): number[] {
    const chain = Int32Array.from(symbols);
    const next = Int32Array.from(symbols, (_, i) => i + 1);
    const previous = Int32Array.from(symbols, (_, i) => i - 1);
    const queue: number[] = [];
    const propose = (left: number): void => {
      const right = left < 0 ? chain.length : next[left]!;
      if (right >= chain.length) return;
      const merge = this.#find(chain[left]!, chain[right]!);
      if (merge !== undefined) push(queue, this.#ranks[merge]! * POSITIONS + left);
    };
    for (let i = 0; i + 1 < chain.length; i++) propose(i);
    while (queue.length > 0) {
      const entry = pop(queue);
      const left = entry % POSITIONS;
      const right = next[left]!;
      if (chain[left] === GONE || right >= chain.length) continue;
      const merge = this.#find(chain[left]!, chain[right]!);
      // The pair at this place may have changed since it was proposed; the new one has its own entry.
      if (merge === undefined || this.#ranks[merge]! * POSITIONS + left !== entry) continue;
      chain[left] = this.#results[merge]!;
      chain[right] = GONE;
      next[left] = next[right]!;
      if (next[left]! < chain.length) previous[next[left]!] = left;
      propose(previous[left]!);
      propose(left);
    }
    return Array.from(chain.filter((symbol) => symbol !== GONE));
  }

  #find(left: number, right: number): number | undefined {
    return this.#merges.get(left * LARGEST_SYMBOL + right);
  }
}

const GONE = -1;

/** Adds to a binary heap whose least number comes first. */
function push(heap: number[], value: number): void {
  let at = heap.length;
  heap.push(value);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]! <= value) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = value;
}

/** Takes the least number of a heap that is not empty. */
function pop(heap: number[]): number {
  const least = heap[0]!;
  const value = heap.pop()!;
  const size = heap.length;
  if (size === 0) return least;
  let at = 0;
  for (let child = 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= value) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = value;
  return least;
}
