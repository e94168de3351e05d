// Tallies of tokens: (low, high) words of their mass, and how many they are. Whole numbers: the order of adding is free.
var<workgroup> tallies: array<vec3<u32>, WORKGROUP>;

fn add(a: vec3<u32>, b: vec3<u32>) -> vec3<u32> {
  let low = a.x + b.x;
  return vec3<u32>(low, a.y + b.y + u32(low < a.x), a.z + b.z);
}

fn minus(a: vec3<u32>, b: vec3<u32>) -> vec3<u32> {
  return vec3<u32>(a.x - b.x, a.y - b.y - u32(a.x < b.x), a.z - b.z);
}

fn is_less(a: vec2<u32>, b: vec2<u32>) -> bool {
  return a.y < b.y || (a.y == b.y && a.x < b.x);
}

// Whether the place, a number of tokens or a mass, lies between two tallies.
fn is_at(before: vec3<u32>, through: vec3<u32>, place: vec2<u32>, by_count: bool) -> bool {
  if (by_count) {
    return before.z <= place.x && place.x < through.z;
  }
  return !is_less(place, before.xy) && is_less(place, through.xy);
}

// The tally through this invocation, in order of their indices. Must be called in uniform control flow.
fn tally_through(own: vec3<u32>, index: u32) -> vec3<u32> {
  var through = own;
  for (var distance = 1u; distance < WORKGROUP; distance *= 2u) {
    workgroupBarrier();
    tallies[index] = through;
    workgroupBarrier();
    if (index >= distance) {
      through = add(tallies[index - distance], through);
    }
  }
  return through;
}

// The tally of all invocations. Must be called in uniform control flow.
fn tally_all(own: vec3<u32>, index: u32) -> vec3<u32> {
  workgroupBarrier();
  tallies[index] = own;
  workgroupBarrier();
  for (var distance = WORKGROUP / 2u; distance > 0u; distance /= 2u) {
    if (index < distance) {
      tallies[index] = add(tallies[index], tallies[index + distance]);
    }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&tallies[0]);
}
