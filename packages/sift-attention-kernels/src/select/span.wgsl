// The keys that a cut is looked for among, and which of them it is: the `wanted`-th from the heaviest down.
const EVERY = 0xffffffffu;

struct Span {
  // Number of the first visible key that counts, and how many count. Exempt keys do not.
  first: u32,
  keys: u32,
  wanted: u32,
  // False when the answer needs no search: nothing counts, or all of top-k's keys are kept.
  is_searched: bool,
}

// `rank` is k, or the place from the lightest key up when FROM_LIGHTEST.
fn span_of(rank: u32, visible: u32) -> Span {
  let keys = visible - min(visible, KEEP_FIRST + KEEP_LAST);
  if (FROM_LIGHTEST) {
    return Span(KEEP_FIRST, keys, keys - min(rank, max(keys, 1u) - 1u), keys > 0u);
  }
  return Span(KEEP_FIRST, keys, rank, 0u < rank && rank < keys);
}

// Where the list of a head's candidates lies: their count, how many of them lie up to the cut, then their key numbers.
fn list_of(row: u32, h: u32) -> u32 {
  return (row * BLOCK_PITCH + h) * (CAPACITY + 2u);
}
