// floor(mass · share / 2^64); all are (low, high).
fn share_of(mass: vec2<u32>, share: vec2<u32>) -> vec2<u32> {
  let low = product(mass.x, share.x).y;
  let left = product(mass.y, share.x);
  let right = product(mass.x, share.y);
  let some = low + left.x;
  let middle = some + right.x;
  var high = product(mass.y, share.y);
  high = add(vec3<u32>(high, 0u), vec3<u32>(left.y, 0u, 0u)).xy;
  high = add(vec3<u32>(high, 0u), vec3<u32>(right.y, 0u, 0u)).xy;
  return add(vec3<u32>(high, 0u), vec3<u32>(u32(some < low) + u32(middle < some), 0u, 0u)).xy;
}
