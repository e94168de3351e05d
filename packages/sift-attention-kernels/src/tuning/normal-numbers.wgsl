// numbers[i] = nearly normal numbers from a hash of i and SEED: the sum of four bytes, scaled to mean 0 and variance 1.
//
// grid: (workgroups of 256), each invocation strides over the words. Zeros would be compressed or kept in caches by some devices, and
// every key would be as heavy as every other.
@group(0) @binding(0) var<storage, read_write> numbers: array<u32>; // f32, or two f16 a word

fn hash(index: u32) -> u32 {
  var x = index ^ SEED;
  x = (x ^ (x >> 16u)) * 0x7feb352du;
  x = (x ^ (x >> 15u)) * 0x846ca68bu;
  return x ^ (x >> 16u);
}

fn normal(index: u32) -> f32 {
  let bytes = unpack4xU8(hash(index));
  return (f32(bytes.x + bytes.y + bytes.z + bytes.w) - 510.0) / 147.8;
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>) {
  for (var i = id.x; i < arrayLength(&numbers); i += grid.x * 256u) {
    if (HALVES) {
      numbers[i] = pack2x16float(vec2<f32>(normal(2u * i), normal(2u * i + 1u)));
    } else {
      numbers[i] = bitcast<u32>(normal(i));
    }
  }
}
