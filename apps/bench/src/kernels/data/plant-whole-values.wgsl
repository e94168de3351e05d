// values[i] = noise of mean 0 in whole numbers, four a word; scales[row] = a number near 1 / 36.8, so that value · scale has a
// variance near 1.
//
// grid: any number of workgroups of TILE; each walks over the words, then the rows, in steps of the whole grid.
@group(0) @binding(0) var<storage, read_write> values: array<u32>; // [batch, kvHeads, context, headDim / 4]
@group(0) @binding(1) var<storage, read_write> value_scales: array<f32>; // [batch, kvHeads, context]

fn whole(hash: u32) -> i32 {
  return i32(round(bell_of(hash) * 36.5));
}

@compute @workgroup_size(TILE)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  for (var i = id.x; i < arrayLength(&values); i += groups.x * TILE) {
    let hash = mix(i ^ SEED);
    let four = vec4<i32>(whole(hash), whole(mix(hash + 1u)), whole(mix(hash + 2u)), whole(mix(hash + 3u)));
    values[i] = pack4xI8(four);
  }
  for (var row = id.x; row < arrayLength(&value_scales); row += groups.x * TILE) {
    value_scales[row] = (0.75 + 0.5 * uniform_of(mix(row + SEED))) / 36.8;
  }
}
