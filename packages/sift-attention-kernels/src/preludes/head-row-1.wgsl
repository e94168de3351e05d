// One number for each query head of a head block: here one head.
alias HeadRow = f32;

fn head_of(row: HeadRow, head: u32) -> f32 {
  return row;
}

fn head_row(values: array<f32, BLOCK_PITCH>) -> HeadRow {
  return values[0];
}
