// partial[part, d] = Σ value[i, d] over the visible keys i of a part.
//
// grid: (parts, KV heads, sequences). WORDS invocations read a row side by side, SLOTS rows at a time and ROWS of them in
// flight each; at the end the slots are added up in their order, so that every run gives the same bits.
const WORDS = HEAD_DIM / KV_WIDTH;
const SLOTS = WORKGROUP / WORDS;
const CHUNK = SLOTS * ROWS;
const_assert SLOTS > 0u;

@group(0) @binding(0) var<storage, read> values: array<KvWord>; // [slots, KV_HEADS, CAPACITY, WORDS]
@group(0) @binding(1) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(2) var<storage, read_write> partials: array<f32>; // [batch · KV_HEADS · parts, HEAD_DIM]

var<workgroup> slot_sums: array<f32, SLOTS * HEAD_DIM>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let own = place_of(sequences[group.z], group.y);
  let pitch = part_pitch(VALUE_WORKGROUPS, grid.z);
  let parts = part_count(own.visible, CHUNK, pitch);
  if (group.x >= parts) {
    return;
  }
  let slot = index / WORDS;
  let word = index % WORDS;
  var sums = array<f32, KV_WIDTH>();
  for (var chunk = group.x; chunk * CHUNK < own.visible; chunk += parts) {
    var words = array<KvWord, ROWS>();
    var scale = array<f32, ROWS>();
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      let key = chunk * CHUNK + r * SLOTS + slot;
      let row = own.row + min(key, own.visible - 1u);
      words[r] = values[row * WORDS + word];
      scale[r] = value_scale(row);
    }
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      let is_here = chunk * CHUNK + r * SLOTS + slot < own.visible;
      let value = unpack_kv(words[r]);
      // @unroll
      for (var e = 0u; e < KV_WIDTH; e++) {
        sums[e] += select(0.0, value[e] * scale[r], is_here);
      }
    }
  }
  if (slot < SLOTS) {
    // @unroll
    for (var e = 0u; e < KV_WIDTH; e++) {
      slot_sums[slot * HEAD_DIM + word * KV_WIDTH + e] = sums[e];
    }
  }
  workgroupBarrier();
  let first = ((group.z * KV_HEADS + group.y) * pitch + group.x) * HEAD_DIM;
  for (var dim = index; dim < HEAD_DIM; dim += WORKGROUP) {
    var sum = 0.0;
    // @unroll
    for (var s = 0u; s < SLOTS; s++) {
      sum += slot_sums[s * HEAD_DIM + dim];
    }
    partials[first + dim] = sum;
  }
}
