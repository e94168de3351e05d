@group(0) @binding(8) var<storage, read> key_scales: array<f32>; // [slots, KV_HEADS, CAPACITY]
