// Σ weight · value over the rows of a workgroup, for the heads of a head block. Each lane sums LANE_ELEMENTS dimensions
// for every head; the slots of the workgroup see different rows and are added up at the end.
const WORDS = HEAD_DIM / KV_WIDTH;
const LANE_ELEMENTS = LANE_WORDS * KV_WIDTH;
// In rows of BLOCK_PITCH numbers.
const PARTIAL = LANE_ELEMENTS * LANES;
const SLOTS = WORKGROUP / LANES;
const TEAMS = WORKGROUP / TEAM;
const_assert HEAD_DIM % KV_WIDTH == 0u;
const_assert LANE_WORDS * LANES >= WORDS && LANES % 4u == 0u;
const_assert LANE_ELEMENTS % ROUND_ELEMENTS == 0u && HEAD_ROWS >= TEAMS * ROUND_ELEMENTS * LANES;

var<private> output_sums: array<f32, LANE_ELEMENTS * BLOCK_HEADS>;
// Weights while rows are summed, then sums on their way to other teams.
var<workgroup> head_rows: array<HeadRow, HEAD_ROWS>;

// Adds one lane's word of a value row, weighted for each head.
fn add_word(word: u32, value_word: KvWord, weights: HeadRow) {
  let value = unpack_kv(value_word);
  // @unroll
  for (var e = 0u; e < KV_WIDTH; e++) {
    // @unroll
    for (var h = 0u; h < BLOCK_HEADS; h++) {
      output_sums[(word * KV_WIDTH + e) * BLOCK_HEADS + h] =
        fma(head_of(weights, h), value[e], output_sums[(word * KV_WIDTH + e) * BLOCK_HEADS + h]);
    }
  }
}

// Multiplies what was summed so far by one factor for each head.
fn scale_sums(factors: HeadRow) {
  // @unroll
  for (var i = 0u; i < LANE_ELEMENTS * BLOCK_HEADS; i++) {
    output_sums[i] *= head_of(factors, i % BLOCK_HEADS);
  }
}

// Adds the slots up, ROUND_ELEMENTS of each lane's elements at a time, and writes [LANE_ELEMENTS, LANES] rows from `first` on.
fn write_partial(first: u32, local_index: u32) {
  let lane = local_index % LANES;
  let team = local_index / TEAM;
  // @unroll
  for (var s = 0u; s < TEAM_BITS - LANE_BITS; s++) {
    // @unroll
    for (var i = 0u; i < LANE_ELEMENTS * BLOCK_HEADS; i++) {
      output_sums[i] += lane_xor(output_sums[i], LANES << s);
    }
  }
  // @unroll
  for (var round = 0u; round < LANE_ELEMENTS / ROUND_ELEMENTS; round++) {
    workgroupBarrier();
    if (local_index % TEAM < LANES) {
      // @unroll
      for (var e = 0u; e < ROUND_ELEMENTS; e++) {
        var sums = array<f32, BLOCK_PITCH>();
        // @unroll
        for (var h = 0u; h < BLOCK_HEADS; h++) {
          sums[h] = output_sums[(round * ROUND_ELEMENTS + e) * BLOCK_HEADS + h];
        }
        head_rows[(team * ROUND_ELEMENTS + e) * LANES + lane] = head_row(sums);
      }
    }
    workgroupBarrier();
    for (var i = local_index; i < ROUND_ELEMENTS * LANES; i += WORKGROUP) {
      var sum = HeadRow();
      // @unroll
      for (var t = 0u; t < TEAMS; t++) {
        sum += head_rows[t * ROUND_ELEMENTS * LANES + i];
      }
      partials[first + round * ROUND_ELEMENTS * LANES + i] = sum;
    }
  }
}
