// out[i] = each field of the struct in turn, as f32; one invocation.
struct Step {
  count: u32, // fills 0 to 4
  offset: i32,
  direction: vec3<f32>, // at 16
  scale: f32,
  pair: vec2u,
  corner: vec4<i32>, /* at 48 */
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read_write> fields: array<f32>; // [12]

@compute @workgroup_size(1)
fn main() {
  fields[0] = f32(step.count);
  fields[1] = f32(step.offset);
  for (var i = 0u; i < 3u; i++) {
    fields[2u + i] = step.direction[i];
  }
  fields[5] = step.scale;
  fields[6] = f32(step.pair.x);
  fields[7] = f32(step.pair.y);
  for (var i = 0u; i < 4u; i++) {
    fields[8u + i] = f32(step.corner[i]);
  }
}
