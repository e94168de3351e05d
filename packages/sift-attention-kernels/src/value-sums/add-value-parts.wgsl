// value_sums[d] = Σ partial[part, d] over the parts of a sequence.
//
// grid: (blocks of COLUMNS dimensions, KV heads, sequences). PART_ROWS invocations of each dimension take every
// PART_ROWS-th part, and their sums are added up in their order.
const_assert WORKGROUP == COLUMNS * PART_ROWS;

@group(0) @binding(0) var<storage, read> partials: array<f32>; // [batch · KV_HEADS · parts, HEAD_DIM]
@group(0) @binding(1) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(2) var<storage, read_write> value_sums: array<f32>; // [slots, KV_HEADS, HEAD_DIM]

var<workgroup> row_sums: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let sequence = sequences[group.z];
  let pitch = part_pitch(VALUE_WORKGROUPS, grid.z);
  let parts = part_count(sequence.z - sequence.y, VALUE_CHUNK, pitch);
  let first = (group.z * KV_HEADS + group.y) * pitch;
  let dim = group.x * COLUMNS + index % COLUMNS;
  var sum = 0.0;
  for (var part = index / COLUMNS; part < parts; part += PART_ROWS) {
    sum += partials[(first + part) * HEAD_DIM + min(dim, HEAD_DIM - 1u)];
  }
  row_sums[index] = sum;
  workgroupBarrier();
  if (index < COLUMNS && dim < HEAD_DIM) {
    // @unroll
    for (var r = 1u; r < PART_ROWS; r++) {
      sum += row_sums[r * COLUMNS + index];
    }
    value_sums[(sequence.x * KV_HEADS + group.y) * HEAD_DIM + dim] = sum;
  }
}
