// Σ weight · value over the rows of a workgroup, for the heads of a head block. Each lane sums KV_WIDTH dimensions of
// LANE_WORDS words for every head; the slots of the workgroup see different rows and are added up at the end.
const WORDS = HEAD_DIM / KV_WIDTH;
const LANE_SUMS = LANE_WORDS * KV_WIDTH * BLOCK_HEADS;
const PARTIAL = LANE_SUMS * LANES;
const SLOTS = WORKGROUP / LANES;
const TEAMS = WORKGROUP / TEAM;
const_assert HEAD_DIM % KV_WIDTH == 0u;
const_assert LANE_WORDS * LANES >= WORDS && LANES % 4u == 0u;
const_assert LANE_SUMS % ROUND_SUMS == 0u;

var<private> output_sums: array<f32, LANE_SUMS>;
var<workgroup> round_sums: array<f32, TEAMS * ROUND_SUMS * LANES>;

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
  for (var i = 0u; i < LANE_SUMS; i++) {
    output_sums[i] *= head_of(factors, i % BLOCK_HEADS);
  }
}

// Adds the slots up, ROUND_SUMS of each lane's sums at a time, and writes [LANE_SUMS, LANES] from `first` on.
fn write_partial(first: u32, local_index: u32) {
  let lane = local_index % LANES;
  let team = local_index / TEAM;
  // @unroll
  for (var s = 0u; s < TEAM_BITS - LANE_BITS; s++) {
    // @unroll
    for (var i = 0u; i < LANE_SUMS; i++) {
      output_sums[i] += lane_xor(output_sums[i], LANES << s);
    }
  }
  // @unroll
  for (var round = 0u; round < LANE_SUMS / ROUND_SUMS; round++) {
    workgroupBarrier();
    if (local_index % TEAM < LANES) {
      // @unroll
      for (var i = 0u; i < ROUND_SUMS; i++) {
        round_sums[(team * ROUND_SUMS + i) * LANES + lane] = output_sums[round * ROUND_SUMS + i];
      }
    }
    workgroupBarrier();
    for (var i = local_index; i < ROUND_SUMS * LANES; i += WORKGROUP) {
      var sum = 0.0;
      // @unroll
      for (var t = 0u; t < TEAMS; t++) {
        sum += round_sums[t * ROUND_SUMS * LANES + i];
      }
      partials[first + round * ROUND_SUMS * LANES + i] = sum;
    }
  }
}
