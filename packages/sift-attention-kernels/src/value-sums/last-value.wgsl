// value_sums[d] += value[newest, d] − value[first − 1, d]: the row that has just been cached comes in, and when rows before the
// first visible one exist, the one before it goes out. A sequence of one visible row starts anew.
//
// grid: (1, KV heads, sequences), a word of the row per invocation.
const WORDS = HEAD_DIM / KV_WIDTH;

@group(0) @binding(0) var<storage, read> values: array<KvWord>; // [slots, KV_HEADS, CAPACITY, WORDS]
@group(0) @binding(1) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(2) var<storage, read_write> value_sums: array<f32>; // [slots, KV_HEADS, HEAD_DIM]

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let sequence = sequences[group.z];
  let own = place_of(sequence, group.y);
  let first = (sequence.x * KV_HEADS + group.y) * HEAD_DIM;
  let newest_row = own.row + own.visible - 1u;
  let gone_row = own.row - min(sequence.y, 1u);
  let newest_scale = value_scale(newest_row);
  let gone_scale = value_scale(gone_row);
  for (var word = index; word < WORDS; word += WORKGROUP) {
    let newest = unpack_kv(values[newest_row * WORDS + word]);
    let gone = unpack_kv(values[gone_row * WORDS + word]);
    // @unroll
    for (var e = 0u; e < KV_WIDTH; e++) {
      let at = first + word * KV_WIDTH + e;
      let rest = value_sums[at] - select(0.0, gone[e] * gone_scale, sequence.y > 0u);
      value_sums[at] = newest[e] * newest_scale + select(rest, 0.0, own.visible == 1u);
    }
  }
}
