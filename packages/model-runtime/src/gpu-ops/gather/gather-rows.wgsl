// gathered[j, i] = rows[indices[j], i].
//
// grid: (workgroups over a row, rows that are gathered).
@group(0) @binding(0) var<storage, read> indices: array<u32>; // [gathered rows]
@group(0) @binding(1) var<storage, read> rows: array<f32>; // [rows, WIDTH]
@group(0) @binding(2) var<storage, read_write> gathered: array<f32>; // [gathered rows, WIDTH]

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < WIDTH) {
    gathered[id.y * WIDTH + id.x] = rows[indices[id.y] * WIDTH + id.x];
  }
}
