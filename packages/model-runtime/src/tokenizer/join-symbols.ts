/** Symbols are vocabulary ids and a few beyond them; two of them, or one and a rank below 2^24, are an exact number. */
export const LARGEST_SYMBOL: number = 2 ** 25;

/** Position and rank share one exact number: ranks stay below 2^24, positions below the longest string's 2^29. */
const POSITIONS = 2 ** 29;

/** What two neighbouring symbols join to, as rank · LARGEST_SYMBOL + symbol; undefined when they do not. */
export type FindMerge = (left: number, right: number) => number | undefined;

/** Joins the pair of lowest rank, of equal ranks the leftmost, until none is left. Time grows as n log n for n symbols. */
export function joinSymbols(symbols: readonly number[], find: FindMerge): number[] {
  const chain = Int32Array.from(symbols);
  const next = Int32Array.from(symbols, (_, i) => i + 1);
  const previous = Int32Array.from(symbols, (_, i) => i - 1);
  const queue: number[] = [];
  const propose = (left: number): void => {
    const right = left < 0 ? chain.length : next[left]!;
    if (right >= chain.length) return;
    const merge = find(chain[left]!, chain[right]!);
    if (merge !== undefined) push(queue, rankOf(merge) * POSITIONS + left);
  };
  for (let i = 0; i + 1 < chain.length; i++) propose(i);
  while (queue.length > 0) {
    const entry = pop(queue);
    const left = entry % POSITIONS;
    const right = next[left]!;
    if (chain[left] === GONE || right >= chain.length) continue;
    const merge = find(chain[left]!, chain[right]!);
    // The pair at this place may have changed since it was proposed; the new one has its own entry.
    if (merge === undefined || rankOf(merge) * POSITIONS + left !== entry) continue;
    chain[left] = merge % LARGEST_SYMBOL;
    chain[right] = GONE;
    next[left] = next[right]!;
    if (next[left]! < chain.length) previous[next[left]!] = left;
    propose(previous[left]!);
    propose(left);
  }
  return Array.from(chain.filter((symbol) => symbol !== GONE));
}

const rankOf = (merge: number): number => Math.floor(merge / LARGEST_SYMBOL);

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
