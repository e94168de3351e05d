// The eight numbers of an octet: scale · level + minimum.
fn octet_numbers(packed: Unit, octet: u32) -> array<vec4<f32>, 2> {
  let levels = octet_levels(packed, octet);
  if (!SCALED) {
    return levels;
  }
  let scale = octet_scale(packed, octet);
  return array<vec4<f32>, 2>(levels[0] * scale.x + scale.y, levels[1] * scale.x + scale.y);
}
