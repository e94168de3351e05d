// Nothing to know of a row before it is multiplied.
fn layer_statistics(first_row: u32, last_row: u32, local_index: u32) {
}

fn layer_statistic(row: u32) -> vec2<f32> {
  return vec2<f32>(0.0, 1.0);
}
