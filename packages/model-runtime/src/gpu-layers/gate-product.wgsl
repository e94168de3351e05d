// inner[r, j] = activation(gates[r, j]) · gates[r, WIDTH + j], where the gate and its partner could not be multiplied in the
// kernel that computes them.
//
// grid: (workgroups over a row, rows).
@group(0) @binding(0) var<storage, read> gates: array<f32>; // [rows, 2, WIDTH]
@group(0) @binding(1) var<storage, read_write> inner: array<f32>; // [rows, WIDTH]

const ROOT = 0.7978845608028654; // √(2 / π)
// Beyond it tanh is ±1 in f32, and the exponentials that drivers make it of overflow.
const FURTHEST = 20.0;

fn silu(x: f32) -> f32 {
  return x / (1.0 + exp(-x));
}

fn gelu(x: f32) -> f32 {
  return 0.5 * x * (1.0 + tanh(clamp(ROOT * (x + 0.044715 * x * x * x), -FURTHEST, FURTHEST)));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < WIDTH) {
    let gate = gates[id.y * 2u * WIDTH + id.x];
    let up = gates[(id.y * 2u + 1u) * WIDTH + id.x];
    inner[id.y * WIDTH + id.x] = select(silu(gate), gelu(gate), IS_GELU) * up;
  }
}
