// Top-k keeps the keys whose score lies over the cut, and of those on the cut the first ones, up to an index.
@group(0) @binding(4) var<storage, read> cuts: array<vec2<u32>>; // [batch, QUERY_HEADS]

var<private> own_cuts: array<vec2<u32>, BLOCK_HEADS>;

fn load_rule(first_head: u32, heads: u32) {
  // @unroll
  for (var h = 0u; h < BLOCK_HEADS; h++) {
    own_cuts[h] = cuts[first_head + min(h, heads - 1u)];
  }
}

fn keeps(h: u32, key: u32, visible: u32, score: f32, log_weight: f32) -> bool {
  let rank = rank_of(score);
  return rank > own_cuts[h].x || (rank == own_cuts[h].x && key <= own_cuts[h].y);
}
