// Numbers of a row of whole numbers, not yet multiplied by the row's scale.
fn unpack_kv(word: KvWord) -> array<f32, KV_WIDTH> {
  let quads = kv_quads(word);
  var numbers = array<f32, KV_WIDTH>();
  // @unroll
  for (var q = 0u; q < KV_WIDTH / 4u; q++) {
    let four = vec4<f32>(unpack4xI8(quads[q]));
    numbers[4u * q] = four.x;
    numbers[4u * q + 1u] = four.y;
    numbers[4u * q + 2u] = four.z;
    numbers[4u * q + 3u] = four.w;
  }
  return numbers;
}
