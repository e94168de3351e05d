// Stands where a scale of value rows would, for rows that have none.
fn value_scale(row: u32) -> f32 {
  return 1.0;
}
