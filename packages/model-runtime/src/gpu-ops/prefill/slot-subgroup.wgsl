// Exchange between the LANES consecutive invocations of a slot through subgroup operations. LANES is a power of two and at
// most the least subgroup size, so that no slot spans two subgroups.
struct LaneInput {
  @builtin(local_invocation_index) local_index: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
}

var<private> lane: u32;
// The slot's first lane in the subgroup.
var<private> first_lane: u32;

fn enter_slot(input: LaneInput) {
  lane = input.local_index % LANES;
  first_lane = input.subgroup_lane - input.subgroup_lane % LANES;
}

// Σ over the slot's lanes of each of ITEMS numbers; lane l gets the sums l · LANE_ITEMS and following. At every exchange a
// lane gives away half of its numbers.
fn sum_items(own: array<f32, ITEMS>) -> array<f32, LANE_ITEMS> {
  var sums = own;
  // @unroll
  for (var s = 0u; s < LANE_BITS; s++) {
    let upper = (lane & (LANES >> (s + 1u))) != 0u;
    // @unroll
    for (var i = 0u; i < (ITEMS >> (s + 1u)); i++) {
      let given = select(sums[i + (ITEMS >> (s + 1u))], sums[i], upper);
      let kept = select(sums[i], sums[i + (ITEMS >> (s + 1u))], upper);
      sums[i] = kept + subgroupShuffleXor(given, LANES >> (s + 1u));
    }
  }
  var result = array<f32, LANE_ITEMS>();
  // @unroll
  for (var i = 0u; i < LANE_ITEMS; i++) {
    result[i] = sums[i];
  }
  return result;
}

// All ITEMS numbers, of which lane l has LANE_ITEMS from l · LANE_ITEMS on.
fn share_items(own: array<f32, LANE_ITEMS>) -> array<f32, ITEMS> {
  var all = array<f32, ITEMS>();
  // @unroll
  for (var i = 0u; i < ITEMS; i++) {
    all[i] = subgroupShuffle(own[i % LANE_ITEMS], first_lane + i / LANE_ITEMS);
  }
  return all;
}

// The numbers of all ROWS rows, of which lane l has LANE_ROWS from l / ROW_LANES · LANE_ROWS on.
fn share_rows(own: array<f32, LANE_ROWS>) -> array<f32, ROWS> {
  var all = array<f32, ROWS>();
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    all[r] = subgroupShuffle(own[r % LANE_ROWS], first_lane + r / LANE_ROWS * ROW_LANES);
  }
  return all;
}

// The maximum over the ROW_LANES lanes that share a row.
fn row_max(own: f32) -> f32 {
  var result = own;
  // @unroll
  for (var s = 0u; s < ROW_BITS; s++) {
    result = max(result, subgroupShuffleXor(result, 1u << s));
  }
  return result;
}

// The sum over the ROW_LANES lanes that share a row.
fn row_sum(own: f32) -> f32 {
  var result = own;
  // @unroll
  for (var s = 0u; s < ROW_BITS; s++) {
    result += subgroupShuffleXor(result, 1u << s);
  }
  return result;
}
