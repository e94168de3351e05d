// Sifting keeps key i of head h when score − log-sum-exp ≥ ln θ (Koley, Singhania, Bhatele, arXiv 2506.05300: p ≥ θ), and the
// exempt keys. A NaN keeps.
@group(0) @binding(4) var<storage, read> log_thresholds: array<f32>; // [batch, QUERY_HEADS]

var<private> own_thresholds: array<f32, BLOCK_HEADS>;

fn load_rule(first_head: u32, heads: u32) {
  // @unroll
  for (var h = 0u; h < BLOCK_HEADS; h++) {
    own_thresholds[h] = max(log_thresholds[first_head + min(h, heads - 1u)], -3.0e38);
  }
}

fn keeps(h: u32, key: u32, visible: u32, score: f32, log_weight: f32) -> bool {
  return !(log_weight < own_thresholds[h]) || key < KEEP_FIRST || key + KEEP_LAST >= visible;
}
