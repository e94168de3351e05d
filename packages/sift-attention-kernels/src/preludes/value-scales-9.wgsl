// What the numbers of a value row are multiplied by.
@group(0) @binding(9) var<storage, read> value_scales: array<f32>; // [slots, KV_HEADS, CAPACITY]

fn value_scale(row: u32) -> f32 {
  return value_scales[row];
}
