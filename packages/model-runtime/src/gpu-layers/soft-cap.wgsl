// logits[i] = CAP · tanh(logits[i] / CAP).
//
// grid: (workgroups over a row, rows).
@group(0) @binding(0) var<storage, read_write> logits: array<f32>; // [rows, WIDTH]

// Beyond it tanh is ±1 in f32, and the exponentials that drivers make it of overflow.
const FURTHEST = 20.0;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < WIDTH) {
    let at = id.y * WIDTH + id.x;
    logits[at] = CAP * tanh(clamp(logits[at] / CAP, -FURTHEST, FURTHEST));
  }
}
