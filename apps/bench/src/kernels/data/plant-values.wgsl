// values[i] = noise of mean 0 and variance 1, two f16 a word.
//
// grid: any number of workgroups of TILE; each walks over the words in steps of the whole grid.
@group(0) @binding(0) var<storage, read_write> values: array<u32>; // [batch, kvHeads, context, headDim / 2]

@compute @workgroup_size(TILE)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  for (var i = id.x; i < arrayLength(&values); i += groups.x * TILE) {
    let hash = mix(i ^ SEED);
    values[i] = pack2x16float(vec2<f32>(bell_of(hash), bell_of(mix(hash + 1u))));
  }
}
