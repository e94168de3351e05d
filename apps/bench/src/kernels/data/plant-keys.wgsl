// keys[i] = planted_key(i), two f16 a word.
//
// grid: (tiles of TILE keys, KV heads, sequences), one key per invocation.
const WORDS = HEAD_DIM / 2u;
const_assert HEAD_DIM % 2u == 0u;

@group(0) @binding(4) var<storage, read_write> keys: array<u32>; // [batch, KV_HEADS, CONTEXT, WORDS]

@compute @workgroup_size(TILE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= CONTEXT) {
    return;
  }
  let planted = planted_key(id.x, id.z * KV_HEADS + id.y);
  for (var word = 0u; word < WORDS; word++) {
    let pair = vec2<f32>(number_of(planted, 2u * word), number_of(planted, 2u * word + 1u));
    keys[planted.row * WORDS + word] = pack2x16float(pair);
  }
}
