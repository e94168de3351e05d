// One number for each query head of a head block: here five to eight heads.
alias HeadRow = mat2x4<f32>;

fn head_of(row: HeadRow, head: u32) -> f32 {
  return row[head / 4u][head % 4u];
}

fn head_row(values: array<f32, BLOCK_PITCH>) -> HeadRow {
  return HeadRow(values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7]);
}
