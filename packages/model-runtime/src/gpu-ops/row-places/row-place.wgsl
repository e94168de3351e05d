// What a row of a step is: a token, its position, and the slot of its sequence in the KV cache.
struct RowPlace {
  token: u32,
  position: u32,
  slot: u32,
  // 4 · rows of the step, plus 2 where the row extends its slot's sums of values, plus 1 where the token is the one last
  // drawn in the slot, and not `token`.
  rows_and_flags: u32,
}

fn is_drawn(place: RowPlace) -> bool {
  return place.rows_and_flags % 2u == 1u;
}

fn extends_sums(place: RowPlace) -> bool {
  return place.rows_and_flags / 2u % 2u == 1u;
}

fn rows_of(place: RowPlace) -> u32 {
  return place.rows_and_flags / 4u;
}
