// output[h] = Σ over the parts of partial[h], brought to a common scale and finished as the step asks: divided by the sum of
// the weights, or with the dropped weight put back. Also one row of statistics a head.
//
// grid: (columns of four sums, head blocks, sequences). COLUMNS columns stand beside one another, PART_ROWS rows of
// invocations share the parts, and STAT_ROWS share the statistics of each head, so no invocation walks over all parts and
// one barrier is enough (two where the parts have different scales).
const COLUMN_COUNT = LANE_WORDS * KV_WIDTH * LANES * BLOCK_PITCH / 4u;
const WORKGROUP = COLUMNS * PART_ROWS;
// Invocations that share the statistics of one head.
const STAT_ROWS = 16u;
// Parts that an invocation reads at a time, so that it waits once and not for each: the first of all before any barrier.
const AHEAD = 4u;
const LOWEST = -3.0e38;
const_assert LANES % 4u == 0u;
const_assert WORKGROUP >= STAT_ROWS * BLOCK_PITCH && COLUMNS >= BLOCK_PITCH;

@group(0) @binding(0) var<storage, read> partials: array<vec4<f32>>; // [batch · HEAD_BLOCKS · parts, COLUMN_COUNT]
@group(0) @binding(1) var<storage, read> partial_stats: array<f32>; // [batch · HEAD_BLOCKS · parts, 5, BLOCK_PITCH]
@group(0) @binding(2) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(3) var<storage, read_write> output: array<f32>; // [batch, QUERY_HEADS, HEAD_DIM]
@group(0) @binding(4) var<storage, read_write> statistics: array<vec4<u32>>; // [batch, QUERY_HEADS]: kept, union kept, dropped mass, log-sum-exp

var<workgroup> outputs: array<vec4<f32>, WORKGROUP>;
var<workgroup> stats: array<vec4<f32>, STAT_ROWS * BLOCK_PITCH>;
var<workgroup> tops: array<f32, STAT_ROWS * BLOCK_PITCH>;

fn tops_of(part: u32, heads: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(top_of(part, heads.x), top_of(part, heads.y), top_of(part, heads.z), top_of(part, heads.w));
}

fn top_over_parts(h: u32) -> f32 {
  var top = LOWEST;
  // @unroll
  for (var r = 0u; r < STAT_ROWS; r++) {
    top = max(top, tops[r * BLOCK_PITCH + h]);
  }
  return top;
}

fn stats_over_parts(h: u32) -> vec4<f32> {
  var sum = vec4<f32>();
  // @unroll
  for (var r = 0u; r < STAT_ROWS; r++) {
    sum += stats[r * BLOCK_PITCH + h];
  }
  return sum;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local_index: u32,
) {
  let own = place_of(sequences[group.z], group.y);
  let pitch = part_pitch(PARTS_WORKGROUPS, grid.z);
  let parts = part_count(own.visible, PARTS_CHUNK, pitch);
  let first_part = (group.z * HEAD_BLOCKS + group.y) * pitch;
  let column = group.x * COLUMNS + local_index % COLUMNS;
  let stat_head = min(local_index % BLOCK_PITCH, own.heads - 1u);
  // Heads of the column's four sums.
  let heads = min(((vec4<u32>(0u, 1u, 2u, 3u) + column * 4u) % BLOCK_PITCH), vec4<u32>(own.heads - 1u));

  let has_column = column < COLUMN_COUNT;
  let has_stats = local_index < STAT_ROWS * BLOCK_PITCH;
  let first_row = local_index / COLUMNS;
  let first_stat_row = local_index / BLOCK_PITCH;
  var terms = array<vec4<f32>, AHEAD>();
  var term_tops = array<vec4<f32>, AHEAD>();
  var stat_terms = array<vec4<f32>, AHEAD>();
  var stat_tops = array<f32, AHEAD>();
  if (has_column) {
    // @unroll
    for (var k = 0u; k < AHEAD; k++) {
      let part = first_part + min(first_row + k * PART_ROWS, parts - 1u);
      terms[k] = partials[part * COLUMN_COUNT + column];
      term_tops[k] = tops_of(part, heads);
    }
  }
  if (has_stats) {
    // @unroll
    for (var k = 0u; k < AHEAD; k++) {
      let part = first_part + min(first_stat_row + k * STAT_ROWS, parts - 1u);
      stat_terms[k] = sums_of(part, stat_head);
      stat_tops[k] = top_of(part, stat_head);
    }
  }

  var stat_top = 0.0;
  var column_tops = vec4<f32>();
  if (RELATIVE) {
    if (has_stats) {
      var top = max(max(stat_tops[0], stat_tops[1]), max(stat_tops[2], stat_tops[3]));
      for (var row = first_stat_row + AHEAD * STAT_ROWS; row < parts; row += STAT_ROWS) {
        top = max(top, top_of(first_part + row, stat_head));
      }
      tops[local_index] = top;
    }
    workgroupBarrier();
    stat_top = top_over_parts(stat_head);
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      column_tops[j] = top_over_parts(heads[j]);
    }
  }

  var sum = vec4<f32>();
  if (has_column) {
    for (var row = first_row; row < parts; row += AHEAD * PART_ROWS) {
      // @unroll
      for (var k = 0u; k < AHEAD; k++) {
        if (RELATIVE) {
          terms[k] *= exp(term_tops[k] - column_tops);
        }
        sum += select(vec4<f32>(), terms[k], row + k * PART_ROWS < parts);
      }
      if (row + AHEAD * PART_ROWS < parts) {
        // @unroll
        for (var k = 0u; k < AHEAD; k++) {
          let part = first_part + min(row + (AHEAD + k) * PART_ROWS, parts - 1u);
          terms[k] = partials[part * COLUMN_COUNT + column];
          term_tops[k] = tops_of(part, heads);
        }
      }
    }
  }
  outputs[local_index] = sum;
  if (has_stats) {
    var stat = vec4<f32>();
    for (var row = first_stat_row; row < parts; row += AHEAD * STAT_ROWS) {
      // @unroll
      for (var k = 0u; k < AHEAD; k++) {
        if (RELATIVE) {
          stat_terms[k] = scaled(stat_terms[k], exp(stat_tops[k] - stat_top));
        }
        stat += select(vec4<f32>(), stat_terms[k], row + k * STAT_ROWS < parts);
      }
      if (row + AHEAD * STAT_ROWS < parts) {
        // @unroll
        for (var k = 0u; k < AHEAD; k++) {
          let part = first_part + min(row + (AHEAD + k) * STAT_ROWS, parts - 1u);
          stat_terms[k] = sums_of(part, stat_head);
          stat_tops[k] = top_of(part, stat_head);
        }
      }
    }
    stats[local_index] = stat;
  }
  workgroupBarrier();

  if (local_index < COLUMNS && column < COLUMN_COUNT) {
    var total = vec4<f32>();
    // @unroll
    for (var r = 0u; r < PART_ROWS; r++) {
      total += outputs[r * COLUMNS + local_index];
    }
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      let h = (column * 4u + j) % BLOCK_PITCH;
      let row = (column * 4u + j) / BLOCK_PITCH;
      let element = row / LANES;
      let dim = (element / KV_WIDTH * LANES + row % LANES) * KV_WIDTH + element % KV_WIDTH;
      if (dim < HEAD_DIM && h < own.heads) {
        let at = (group.z * QUERY_HEADS + own.head + h) * HEAD_DIM + dim;
        let mean = mean_value(sequences[group.z].x, own.kv_head, dim, own.visible);
        output[at] = finish(total[j], stats_over_parts(h), mean);
      }
    }
  }
  if (group.x == 0u && local_index < own.heads) {
    statistics[group.z * QUERY_HEADS + own.head + local_index] =
      statistics_of(stats_over_parts(local_index), stat_top, first_part, local_index, own.visible);
  }
}
