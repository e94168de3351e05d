// quantiles[h] = score of the key at the place `rank` from the lightest up − logSumExp: the logarithm of its weight. NaN when
// every key is exempt.
//
// grid: (heads of a block, head blocks, sequences), one head per workgroup: few candidates are left.
const NOT_A_NUMBER = 0x7fc00000u;

@group(0) @binding(0) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(1) var<storage, read> scores: array<HeadRow>; // [batch, HEAD_BLOCKS, CAPACITY]
@group(0) @binding(2) var<storage, read> score_stats: array<vec2<f32>>; // [batch · HEAD_BLOCKS · score parts, BLOCK_PITCH]
@group(0) @binding(3) var<storage, read_write> histograms: array<u32>; // [batch, HEAD_BLOCKS, BLOCK_PITCH, BINS]
@group(0) @binding(4) var<storage, read_write> candidates: array<u32>; // [batch, HEAD_BLOCKS, BLOCK_PITCH, CAPACITY + 2]
@group(0) @binding(5) var<storage, read_write> quantiles: array<u32>; // [batch, QUERY_HEADS], bits of f32: a shader's NaN may be lost

var<workgroup> stats: array<vec2<f32>, WORKGROUP>;

fn merge_stats(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  let top = max(a.x, b.x);
  return vec2<f32>(top, a.y * exp(a.x - top) + b.y * exp(b.x - top));
}

// ln Σ exp(score) of one head, from the statistics that the score pass left.
fn log_sum_exp(row: u32, h: u32, visible: u32, sequences: u32, index: u32) -> f32 {
  let pitch = part_pitch(SCORE_WORKGROUPS, sequences);
  let parts = part_count(visible, SCORE_CHUNK, pitch);
  var own = vec2<f32>(-3.0e38, 0.0);
  for (var part = index; part < parts; part += WORKGROUP) {
    own = merge_stats(own, score_stats[(row * pitch + part) * BLOCK_PITCH + h]);
  }
  stats[index] = own;
  workgroupBarrier();
  for (var width = WORKGROUP / 2u; width > 0u; width /= 2u) {
    if (index < width) {
      stats[index] = merge_stats(stats[index], stats[index + width]);
    }
    workgroupBarrier();
  }
  return stats[0].x + log(stats[0].y);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let own = place_of(sequences[group.z], group.y);
  if (group.x >= own.heads) {
    return;
  }
  let span = span_of(sequences[group.z].w, own.visible);
  let head = group.z * QUERY_HEADS + own.head + group.x;
  if (!span.is_searched) {
    if (index == 0u) {
      quantiles[head] = NOT_A_NUMBER;
    }
    return;
  }
  let row = group.z * HEAD_BLOCKS + group.y;
  let sum = log_sum_exp(row, group.x, own.visible, grid.z, index);
  let cut = search_cut(row, group.x, span, index);
  clear(row, group.x, index);
  if (index == 0u) {
    quantiles[head] = bitcast<u32>(score_of(~cut.demerit) - sum);
  }
}
