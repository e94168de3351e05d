// Parts of a sifted step: their sums have the global log-sum-exp in them and are simply added.
const RENORMALISE = 1u;
const MEAN_VALUE = 2u;
const RELATIVE = false;
const PARTS_WORKGROUPS = ATTEND_WORKGROUPS;
const PARTS_CHUNK = TILE;

fn part_stat(part: u32, stat: u32, h: u32) -> f32 {
  return partial_stats[(part * 5u + stat) * BLOCK_PITCH + h];
}

fn top_of(part: u32, h: u32) -> f32 {
  return 0.0;
}

// (kept mass, dropped mass, kept, union kept) of one part.
fn sums_of(part: u32, h: u32) -> vec4<f32> {
  return vec4<f32>(part_stat(part, 1u, h), part_stat(part, 2u, h), part_stat(part, 0u, h), part_stat(part, 3u, h));
}

fn scaled(sums: vec4<f32>, factor: f32) -> vec4<f32> {
  return sums;
}

fn statistics_of(sums: vec4<f32>, top: f32, first_part: u32, h: u32, visible: u32) -> vec4<u32> {
  return vec4<u32>(u32(sums.z), u32(sums.w), bitcast<u32>(sums.y), bitcast<u32>(part_stat(first_part, 4u, h)));
}

fn finish(sum: f32, sums: vec4<f32>, mean: f32) -> f32 {
  if (DROPPED_MASS == RENORMALISE) {
    return select(0.0, sum / sums.x, sums.x > 0.0);
  }
  return select(sum, fma(sums.y, mean, sum), DROPPED_MASS == MEAN_VALUE && sums.y > 0.0);
}
