@group(0) @binding(3) var<storage, read> head_norms: array<f32>; // [2, HEAD_DIM] where HEAD_NORMS: queries, keys

fn head_norm(at: u32) -> f32 {
  return head_norms[at];
}
