// Hashes of 32 bits and noise from them, the same on every device.

// Chris Wellons' lowbias32: every bit of x moves about half of the bits.
fn mix(x: u32) -> u32 {
  var h = x;
  h ^= h >> 16u;
  h *= 0x7feb352du;
  h ^= h >> 15u;
  h *= 0x846ca68bu;
  return h ^ (h >> 16u);
}

// In [0, 1), a multiple of 2^-24.
fn uniform_of(hash: u32) -> f32 {
  return f32(hash >> 8u) / 16777216.0;
}

// Mean 0 and variance 1, within ±3.5: the sum of four bytes, nearly a bell.
fn bell_of(hash: u32) -> f32 {
  let bytes = vec4<u32>(hash & 255u, (hash >> 8u) & 255u, (hash >> 16u) & 255u, hash >> 24u);
  return (dot(vec4<f32>(bytes), vec4<f32>(1.0)) - 510.0) / 147.8;
}
