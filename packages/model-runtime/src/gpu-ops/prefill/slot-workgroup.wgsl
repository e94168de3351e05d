// Exchange between the LANES consecutive invocations of a slot through workgroup memory, for devices without subgroups.
// Every function must be called in uniform control flow: it holds barriers.
struct LaneInput {
  @builtin(local_invocation_index) local_index: u32,
}

var<workgroup> exchanged: array<f32, WORKGROUP * ITEMS>;
var<private> lane: u32;
var<private> own_index: u32;

fn enter_slot(input: LaneInput) {
  lane = input.local_index % LANES;
  own_index = input.local_index;
}

// Σ over the slot's lanes of each of ITEMS numbers; lane l gets the sums l · LANE_ITEMS and following.
fn sum_items(own: array<f32, ITEMS>) -> array<f32, LANE_ITEMS> {
  // @unroll
  for (var i = 0u; i < ITEMS; i++) {
    exchanged[i * WORKGROUP + own_index] = own[i];
  }
  workgroupBarrier();
  var sums = array<f32, LANE_ITEMS>();
  // @unroll
  for (var l = 0u; l < LANES; l++) {
    // @unroll
    for (var i = 0u; i < LANE_ITEMS; i++) {
      sums[i] += exchanged[(lane * LANE_ITEMS + i) * WORKGROUP + own_index - lane + l];
    }
  }
  workgroupBarrier();
  return sums;
}

// All ITEMS numbers, of which lane l has LANE_ITEMS from l · LANE_ITEMS on.
fn share_items(own: array<f32, LANE_ITEMS>) -> array<f32, ITEMS> {
  // @unroll
  for (var i = 0u; i < LANE_ITEMS; i++) {
    exchanged[i * WORKGROUP + own_index] = own[i];
  }
  workgroupBarrier();
  var all = array<f32, ITEMS>();
  // @unroll
  for (var i = 0u; i < ITEMS; i++) {
    all[i] = exchanged[i % LANE_ITEMS * WORKGROUP + own_index - lane + i / LANE_ITEMS];
  }
  workgroupBarrier();
  return all;
}

// The numbers of all ROWS rows, of which lane l has LANE_ROWS from l / ROW_LANES · LANE_ROWS on.
fn share_rows(own: array<f32, LANE_ROWS>) -> array<f32, ROWS> {
  // @unroll
  for (var r = 0u; r < LANE_ROWS; r++) {
    exchanged[r * WORKGROUP + own_index] = own[r];
  }
  workgroupBarrier();
  var all = array<f32, ROWS>();
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    all[r] = exchanged[r % LANE_ROWS * WORKGROUP + own_index - lane + r / LANE_ROWS * ROW_LANES];
  }
  workgroupBarrier();
  return all;
}

// The maximum over the ROW_LANES lanes that share a row.
fn row_max(own: f32) -> f32 {
  if (ROW_LANES == 1u) {
    return own;
  }
  exchanged[own_index] = own;
  workgroupBarrier();
  var result = own;
  // @unroll
  for (var l = 0u; l < ROW_LANES; l++) {
    result = max(result, exchanged[own_index - own_index % ROW_LANES + l]);
  }
  workgroupBarrier();
  return result;
}

// The sum over the ROW_LANES lanes that share a row.
fn row_sum(own: f32) -> f32 {
  if (ROW_LANES == 1u) {
    return own;
  }
  exchanged[own_index] = own;
  workgroupBarrier();
  var result = 0.0;
  // @unroll
  for (var l = 0u; l < ROW_LANES; l++) {
    result += exchanged[own_index - own_index % ROW_LANES + l];
  }
  workgroupBarrier();
  return result;
}
