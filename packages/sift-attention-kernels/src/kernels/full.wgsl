// Full attention of one part of the keys: partial[h] = Σ exp(score[h, i] − maximum[h]) · value[i], with the maximum and the sum of
// exp(score − maximum), where scores are scale · dot(query[h], key[i]).
//
// grid: (parts, head blocks, sequences). As in scores.wgsl, a slot of LANES lanes takes ROWS keys at a time and ends with
// one score (or a few) a lane. The value rows travel while the keys are multiplied, and the next keys while the values are
// summed. Every slot keeps its own running maximum and sums, so the loop holds no barrier; slots meet once, at the end.
const CHUNK = SLOTS * ROWS;
// How far apart, in lanes, the items of one head are in consecutive rows; LANE_HEADS heads are among a lane's items.
const ROW_STEP = COPIES * BLOCK_PITCH / LANE_HEADS;
const LOWEST = -3.0e38;
const_assert LANE_HEADS == min(LANE_ITEMS, BLOCK_PITCH);
const_assert (ROW_STEP << ROW_BITS) == LANES;

@group(0) @binding(2) var<storage, read> values: array<KvWord>; // [slots, KV_HEADS, CAPACITY, WORDS]
@group(0) @binding(3) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(4) var<storage, read_write> partials: array<HeadRow>; // [batch · HEAD_BLOCKS · parts, PARTIAL]
@group(0) @binding(5) var<storage, read_write> partial_stats: array<f32>; // [batch · HEAD_BLOCKS · parts, 5, BLOCK_PITCH]

var<workgroup> slot_stats: array<vec2<f32>, SLOTS * BLOCK_PITCH>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>, input: LaneInput) {
  enter_lanes(input);
  let own = place_of(sequences[group.z], group.y);
  let pitch = part_pitch(FULL_WORKGROUPS, grid.z);
  let parts = part_count(own.visible, CHUNK, pitch);
  if (group.x >= parts) {
    return;
  }
  let lane = input.local_index % LANES;
  let slot = input.local_index / LANES;
  let first_query = group.z * QUERY_HEADS + own.head;

  load_keys(own, group.x * CHUNK + slot * ROWS, lane);
  share_queries(first_query, own.heads, input.local_index);

  var maximum = array<f32, LANE_HEADS>();
  var sum = array<f32, LANE_HEADS>();
  // @unroll
  for (var j = 0u; j < LANE_HEADS; j++) {
    maximum[j] = LOWEST;
  }
  let chunks = (own.visible + CHUNK - 1u) / CHUNK;
  for (var chunk = group.x; chunk < chunks; chunk += parts) {
    let first_key = chunk * CHUNK + slot * ROWS;
    var value_words = array<KvWord, ROWS * LANE_WORDS>();
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      let row = (own.row + min(first_key + r, own.visible - 1u)) * WORDS;
      // @unroll
      for (var w = 0u; w < LANE_WORDS; w++) {
        if (LANE_WORDS * LANES == WORDS || lane + w * LANES < WORDS) {
          value_words[r * LANE_WORDS + w] = values[row + lane + w * LANES];
        }
      }
    }
    var value_factors = array<f32, LANE_ROWS>();
    // @unroll
    for (var r = 0u; r < LANE_ROWS; r++) {
      value_factors[r] = value_scale(own.row + min(first_key + first_item(lane) / BLOCK_PITCH + r, own.visible - 1u));
    }
    multiply_rows(lane);
    load_keys(own, first_key + parts * CHUNK, lane);
    add_over_lanes(lane);

    var higher = array<f32, LANE_HEADS>();
    // @unroll
    for (var j = 0u; j < LANE_HEADS; j++) {
      higher[j] = LOWEST;
    }
    // @unroll
    for (var j = 0u; j < LANE_ITEMS; j++) {
      let visible = first_key + (first_item(lane) + j) / BLOCK_PITCH < own.visible;
      higher[j % LANE_HEADS] = max(higher[j % LANE_HEADS], select(LOWEST, sums[j], visible));
    }
    // @unroll
    for (var s = 0u; s < ROW_BITS; s++) {
      // @unroll
      for (var j = 0u; j < LANE_HEADS; j++) {
        higher[j] = max(higher[j], lane_xor(higher[j], ROW_STEP << s));
      }
    }
    var factor = array<f32, LANE_HEADS>();
    // @unroll
    for (var j = 0u; j < LANE_HEADS; j++) {
      higher[j] = max(higher[j], maximum[j]);
      factor[j] = exp(maximum[j] - higher[j]);
      maximum[j] = higher[j];
      sum[j] *= factor[j];
    }
    // @unroll
    for (var j = 0u; j < LANE_ITEMS; j++) {
      let visible = first_key + (first_item(lane) + j) / BLOCK_PITCH < own.visible;
      sums[j] = select(0.0, exp(sums[j] - maximum[j % LANE_HEADS]), visible);
      sum[j % LANE_HEADS] += sums[j];
      sums[j] *= value_factors[j / BLOCK_PITCH];
    }
    var factors = array<f32, BLOCK_PITCH>();
    var rescale = false;
    // @unroll
    for (var h = 0u; h < BLOCK_HEADS; h++) {
      factors[h] = lane_get(factor[h % LANE_HEADS], h / LANE_HEADS * COPIES);
      rescale = rescale || factors[h] != 1.0;
    }
    if (rescale) {
      scale_sums(head_row(factors));
    }
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      var weights = array<f32, BLOCK_PITCH>();
      // @unroll
      for (var h = 0u; h < BLOCK_HEADS; h++) {
        weights[h] = lane_get(sums[(r * BLOCK_PITCH + h) % LANE_ITEMS], (r * BLOCK_PITCH + h) / LANE_ITEMS * COPIES);
      }
      // @unroll
      for (var w = 0u; w < LANE_WORDS; w++) {
        add_word(w, value_words[r * LANE_WORDS + w], head_row(weights));
      }
    }
  }

  // @unroll
  for (var s = 0u; s < ROW_BITS; s++) {
    // @unroll
    for (var j = 0u; j < LANE_HEADS; j++) {
      sum[j] += lane_xor(sum[j], ROW_STEP << s);
    }
  }
  if (lane < ROW_STEP && lane % COPIES == 0u) {
    // @unroll
    for (var j = 0u; j < LANE_HEADS; j++) {
      slot_stats[slot * BLOCK_PITCH + lane / COPIES * LANE_HEADS + j] = vec2<f32>(maximum[j], sum[j]);
    }
  }
  workgroupBarrier();
  var factors = array<f32, BLOCK_PITCH>();
  var maxima = array<f32, BLOCK_PITCH>();
  var totals = array<f32, BLOCK_PITCH>();
  // @unroll
  for (var h = 0u; h < BLOCK_HEADS; h++) {
    maxima[h] = LOWEST;
    for (var s = 0u; s < SLOTS; s++) {
      maxima[h] = max(maxima[h], slot_stats[s * BLOCK_PITCH + h].x);
    }
    for (var s = 0u; s < SLOTS; s++) {
      let stat = slot_stats[s * BLOCK_PITCH + h];
      totals[h] += stat.y * exp(stat.x - maxima[h]);
    }
    factors[h] = exp(slot_stats[slot * BLOCK_PITCH + h].x - maxima[h]);
  }
  scale_sums(head_row(factors));
  let part = (group.z * HEAD_BLOCKS + group.y) * pitch + group.x;
  write_partial(part * PARTIAL, input.local_index);
  if (input.local_index == 0u) {
    // @unroll
    for (var h = 0u; h < BLOCK_HEADS; h++) {
      partial_stats[part * 5u * BLOCK_PITCH + h] = maxima[h];
      partial_stats[(part * 5u + 1u) * BLOCK_PITCH + h] = totals[h];
    }
  }
}
