// What a row of a step is: a token, its position, and the slot of its sequence in the KV cache.
struct RowPlace {
  token: u32,
  position: u32,
  slot: u32,
  // 2 · rows of the step, plus 1 where the token is the one last drawn in the slot, and not `token`.
  rows_and_source: u32,
}
