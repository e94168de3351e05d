// One number for each query head of a head block: here three or four heads.
alias HeadRow = vec4<f32>;

fn head_of(row: HeadRow, head: u32) -> f32 {
  return row[head];
}

fn head_row(values: array<f32, BLOCK_PITCH>) -> HeadRow {
  return HeadRow(values[0], values[1], values[2], values[3]);
}
