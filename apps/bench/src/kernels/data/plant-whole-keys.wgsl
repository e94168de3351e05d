// keys[i] · scale[i] = planted_key(i), rounded to whole numbers from −127 to 127, four a word.
//
// grid: (tiles of TILE keys, KV heads, sequences), one key per invocation.
const WORDS = HEAD_DIM / 4u;
const_assert HEAD_DIM % 4u == 0u;

@group(0) @binding(4) var<storage, read_write> keys: array<u32>; // [batch, KV_HEADS, CONTEXT, WORDS]
@group(0) @binding(5) var<storage, read_write> key_scales: array<f32>; // [batch, KV_HEADS, CONTEXT]

@compute @workgroup_size(TILE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= CONTEXT) {
    return;
  }
  let planted = planted_key(id.x, id.z * KV_HEADS + id.y);
  var top = 0.0;
  for (var d = 0u; d < HEAD_DIM; d++) {
    top = max(top, abs(number_of(planted, d)));
  }
  let scale = top / 127.0;
  key_scales[planted.row] = scale;
  for (var word = 0u; word < WORDS; word++) {
    var four = vec4<i32>();
    for (var e = 0u; e < 4u; e++) {
      four[e] = i32(round(number_of(planted, 4u * word + e) / scale));
    }
    keys[planted.row * WORDS + word] = pack4xI8(four);
  }
}
