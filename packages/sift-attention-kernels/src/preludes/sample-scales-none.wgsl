// Stands where scales of sampled key rows would be read.
fn load_sample_scales(own: Place, first_entry: u32, lane: u32) {
}
