// histogram[h, b] = how many of the keys that count have their score in bin b, for the heads h of a block.
//
// grid: (parts, head blocks, sequences). A workgroup counts in its own memory and adds what it counted to the histogram,
// which starts and ends every selection at zero. Scores of the next tile travel while this one is counted.
@group(0) @binding(0) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(1) var<storage, read> scores: array<HeadRow>; // [batch, HEAD_BLOCKS, CAPACITY]
@group(0) @binding(2) var<storage, read> score_stats: array<vec2<f32>>; // [batch · HEAD_BLOCKS · score parts, BLOCK_PITCH]
@group(0) @binding(3) var<storage, read_write> histograms: array<atomic<u32>>; // [batch, HEAD_BLOCKS, BLOCK_PITCH, BINS]

var<workgroup> counts: array<atomic<u32>, BLOCK_HEADS * BINS>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let own = place_of(sequences[group.z], group.y);
  let span = span_of(sequences[group.z].w, own.visible);
  let parts = part_count(span.keys, TILE, part_pitch(SELECT_WORKGROUPS, grid.z));
  if (group.x >= parts || !span.is_searched) {
    return;
  }
  let row = group.z * HEAD_BLOCKS + group.y;
  let first = row * CAPACITY + span.first;
  var next = load_tile(first, group.x * TILE + index, span.keys);
  find_greatest(row, own.visible, grid.z, index);
  workgroupBarrier();
  let greatest = greatest_row();
  for (var key = group.x * TILE + index; key < span.keys; key += parts * TILE) {
    let rows = next;
    next = load_tile(first, key + parts * TILE, span.keys);
    // @unroll
    for (var r = 0u; r < ROUNDS; r++) {
      // @unroll
      for (var h = 0u; h < BLOCK_HEADS; h++) {
        let is_here = (key + r * WORKGROUP < span.keys) & (h < own.heads);
        atomicAdd(&counts[h * BINS + bin_of(head_of(rows[r], h), greatest[h])], select(0u, 1u, is_here));
      }
    }
  }
  workgroupBarrier();
  for (var i = index; i < BLOCK_HEADS * BINS; i += WORKGROUP) {
    let count = atomicLoad(&counts[i]);
    if (count > 0u) {
      atomicAdd(&histograms[row * BLOCK_PITCH * BINS + i], count);
    }
  }
}
