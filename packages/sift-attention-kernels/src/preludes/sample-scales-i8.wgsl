// The scales of sampled key rows, as `load_keys` reads those of neighbouring ones.
fn load_sample_scales(own: Place, first_entry: u32, lane: u32) {
  // @unroll
  for (var r = 0u; r < LANE_ROWS; r++) {
    let key = sample_key(own.visible, first_entry + first_item(lane) / BLOCK_PITCH + r);
    next_scales[r] = key_scales[own.row + key];
  }
}
