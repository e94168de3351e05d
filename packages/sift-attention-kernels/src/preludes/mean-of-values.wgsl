// The mean of a KV head's visible values, from their running sum.
@group(0) @binding(5) var<storage, read> value_sums: array<f32>; // [slots, KV_HEADS, HEAD_DIM]

fn mean_value(slot: u32, kv_head: u32, dim: u32, visible: u32) -> f32 {
  return value_sums[(slot * KV_HEADS + kv_head) * HEAD_DIM + dim] / f32(visible);
}
