// Parts of a full step: each is relative to its own maximum.
const RELATIVE = true;
const PARTS_WORKGROUPS = FULL_WORKGROUPS;
const PARTS_CHUNK = FULL_CHUNK;

fn top_of(part: u32, h: u32) -> f32 {
  return partial_stats[part * 5u * BLOCK_PITCH + h];
}

// (Σ exp(score − maximum), 0, 0, 0) of one part.
fn sums_of(part: u32, h: u32) -> vec4<f32> {
  return vec4<f32>(partial_stats[(part * 5u + 1u) * BLOCK_PITCH + h], 0.0, 0.0, 0.0);
}

fn scaled(sums: vec4<f32>, factor: f32) -> vec4<f32> {
  return sums * factor;
}

fn statistics_of(sums: vec4<f32>, top: f32, first_part: u32, h: u32, visible: u32) -> vec4<u32> {
  return vec4<u32>(visible, visible, 0u, bitcast<u32>(top + log(sums.x)));
}

fn finish(sum: f32, sums: vec4<f32>, mean: f32) -> f32 {
  return sum / sums.x;
}
