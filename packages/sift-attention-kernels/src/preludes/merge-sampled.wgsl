// Parts of a one-pass sift: each is relative to a reference of its own, and the masses kept and dropped give what all keys
// weigh together.
const RENORMALISE = 1u;
const MEAN_VALUE = 2u;
const RELATIVE = true;
const PARTS_WORKGROUPS = ATTEND_WORKGROUPS;
const PARTS_CHUNK = TILE;

fn part_stat(part: u32, stat: u32, h: u32) -> f32 {
  return partial_stats[(part * 5u + stat) * BLOCK_PITCH + h];
}

fn top_of(part: u32, h: u32) -> f32 {
  return part_stat(part, 4u, h);
}

// (kept mass, dropped mass, kept, union kept) of one part.
fn sums_of(part: u32, h: u32) -> vec4<f32> {
  return vec4<f32>(part_stat(part, 1u, h), part_stat(part, 2u, h), part_stat(part, 0u, h), part_stat(part, 3u, h));
}

fn scaled(sums: vec4<f32>, factor: f32) -> vec4<f32> {
  return vec4<f32>(sums.xy * factor, sums.zw);
}

fn statistics_of(sums: vec4<f32>, top: f32, first_part: u32, h: u32, visible: u32) -> vec4<u32> {
  let mass = sums.x + sums.y;
  return vec4<u32>(u32(sums.z), u32(sums.w), bitcast<u32>(sums.y / mass), bitcast<u32>(top + log(mass)));
}

fn finish(sum: f32, sums: vec4<f32>, mean: f32) -> f32 {
  let mass = sums.x + sums.y;
  if (DROPPED_MASS == RENORMALISE) {
    return select(0.0, sum / sums.x, sums.x > 0.0);
  }
  return select(sum / mass, fma(sums.y / mass, mean, sum / mass), DROPPED_MASS == MEAN_VALUE && sums.y > 0.0);
}
