// scaled[i] = FACTOR * input[i], one number per invocation.
//
// grid: (tiles of TILE numbers); the last tile may be partly outside.
@group(0) @binding(0) var<storage, read> input: array<f32>;        // [n]
@group(0) @binding(1) var<storage, read_write> scaled: array<f32>; // [n]

@compute @workgroup_size(TILE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < arrayLength(&input)) {
    scaled[id.x] = FACTOR * input[id.x];
  }
}
