// output[h] = Σ over the parts of partial[h], brought to a common scale and finished as the step asks: divided by the sum of
// the weights, or with the dropped weight put back. Also one row of statistics a head.
//
// grid: (columns of four sums, head blocks, sequences). COLUMNS columns stand beside one another, PART_ROWS rows of
// invocations share the parts; statistics are summed by head and part in the same way, so no invocation walks over all parts.
const COLUMN_COUNT = LANE_WORDS * KV_WIDTH * BLOCK_HEADS * LANES / 4u;
const WORKGROUP = COLUMNS * PART_ROWS;
const STAT_ROWS = WORKGROUP / BLOCK_PITCH;
const LOWEST = -3.0e38;
const_assert LANES % 4u == 0u;
const_assert WORKGROUP % BLOCK_PITCH == 0u && BLOCK_PITCH <= COLUMNS;

@group(0) @binding(0) var<storage, read> partials: array<vec4<f32>>; // [batch · HEAD_BLOCKS · parts, COLUMN_COUNT]
@group(0) @binding(1) var<storage, read> partial_stats: array<f32>; // [batch · HEAD_BLOCKS · parts, 5, BLOCK_PITCH]
@group(0) @binding(2) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(3) var<storage, read_write> output: array<f32>; // [batch, QUERY_HEADS, HEAD_DIM]
@group(0) @binding(4) var<storage, read_write> statistics: array<vec4<u32>>; // [batch, QUERY_HEADS]: kept, union kept, dropped mass, log-sum-exp

var<workgroup> outputs: array<vec4<f32>, WORKGROUP>;
var<workgroup> stats: array<vec4<f32>, WORKGROUP>;
var<workgroup> tops: array<f32, WORKGROUP>;

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
  let column_head = min(column * 4u / LANES % BLOCK_HEADS, own.heads - 1u);

  if (RELATIVE) {
    var top = LOWEST;
    for (var part = local_index / BLOCK_PITCH; part < parts; part += STAT_ROWS) {
      top = max(top, top_of(first_part + part, stat_head));
    }
    tops[local_index] = top;
    workgroupBarrier();
    for (var width = WORKGROUP / 2u; width >= BLOCK_PITCH; width /= 2u) {
      if (local_index < width) {
        tops[local_index] = max(tops[local_index], tops[local_index + width]);
      }
      workgroupBarrier();
    }
  }

  var sum = vec4<f32>();
  if (column < COLUMN_COUNT) {
    for (var part = local_index / COLUMNS; part < parts; part += PART_ROWS) {
      let term = partials[(first_part + part) * COLUMN_COUNT + column];
      if (RELATIVE) {
        sum += term * exp(top_of(first_part + part, column_head) - tops[column_head]);
      } else {
        sum += term;
      }
    }
  }
  outputs[local_index] = sum;
  var stat = vec4<f32>();
  for (var part = local_index / BLOCK_PITCH; part < parts; part += STAT_ROWS) {
    if (RELATIVE) {
      stat += sums_of(first_part + part, stat_head) * exp(top_of(first_part + part, stat_head) - tops[stat_head]);
    } else {
      stat += sums_of(first_part + part, stat_head);
    }
  }
  stats[local_index] = stat;
  workgroupBarrier();
  for (var width = WORKGROUP / 2u; width >= BLOCK_PITCH; width /= 2u) {
    if (local_index < width) {
      stats[local_index] += stats[local_index + width];
      if (width >= COLUMNS) {
        outputs[local_index] += outputs[local_index + width];
      }
    }
    workgroupBarrier();
  }

  if (local_index < COLUMNS && column < COLUMN_COUNT) {
    for (var j = 0u; j < 4u; j++) {
      let lane = (column * 4u + j) % LANES;
      let item = (column * 4u + j) / LANES;
      let h = item % BLOCK_HEADS;
      let element = item / BLOCK_HEADS;
      let dim = (element / KV_WIDTH * LANES + lane) * KV_WIDTH + element % KV_WIDTH;
      if (dim < HEAD_DIM && h < own.heads) {
        let at = (group.z * QUERY_HEADS + own.head + h) * HEAD_DIM + dim;
        let mean = mean_value(sequences[group.z].x, own.kv_head, dim, own.visible);
        output[at] = finish(outputs[local_index][j], stats[h], mean);
      }
    }
  }
  if (group.x == 0u && local_index < own.heads) {
    statistics[group.z * QUERY_HEADS + own.head + local_index] =
      statistics_of(stats[local_index], tops[local_index], first_part, local_index, own.visible);
  }
}
