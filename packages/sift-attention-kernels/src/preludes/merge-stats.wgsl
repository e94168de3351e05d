// Statistics of two sets of scores, (maximum, sum of exp(score − maximum)), as those of both together.
fn merge_stats(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  let top = max(a.x, b.x);
  return vec2<f32>(top, a.y * exp(a.x - top) + b.y * exp(b.x - top));
}
