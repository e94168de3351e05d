// Sums over the invocations before one's own, in workgroup memory. Must be called in uniform control flow.
const_assert TEAM == 1u;

var<workgroup> partial_sums: array<u32, WORKGROUP>;

fn sum_before(value: u32, index: u32) -> u32 {
  var through = value;
  for (var distance = 1u; distance < WORKGROUP; distance *= 2u) {
    partial_sums[index] = through;
    workgroupBarrier();
    through += select(0u, partial_sums[max(index, distance) - distance], index >= distance);
    workgroupBarrier();
  }
  return through - value;
}

// The greatest value of a team of one.
fn team_max(value: u32) -> u32 {
  return value;
}
