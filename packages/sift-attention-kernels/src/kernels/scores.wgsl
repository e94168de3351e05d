// scores[h, i] = scale · dot(query[h], key[i]) for the query heads h of a block and the visible keys i. Each workgroup
// also leaves, per head, the maximum of its scores and the sum of exp(score − maximum): log-sum-exp needs no second
// pass over the keys.
//
// grid: (parts, head blocks, sequences). A slot of LANES lanes takes ROWS keys at a time, and every lane ends with scores of
// its own, which it writes as wide as they lie beside one another. No barrier stands in the loop.
const WORDS = HEAD_DIM / KV_WIDTH;
const SLOTS = WORKGROUP / LANES;
const CHUNK = SLOTS * ROWS;
const LOWEST = -3.0e38;
const_assert HEAD_DIM % KV_WIDTH == 0u;
const_assert LANE_WORDS * LANES >= WORDS;
const_assert LANE_ITEMS % SCORE_WIDTH == 0u && BLOCK_PITCH % SCORE_WIDTH == 0u;

@group(0) @binding(2) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(3) var<storage, read_write> scores: array<ScoreWord>; // [batch, HEAD_BLOCKS, CAPACITY, BLOCK_PITCH / SCORE_WIDTH]
@group(0) @binding(4) var<storage, read_write> score_stats: array<vec2<f32>>; // [batch · HEAD_BLOCKS · parts, BLOCK_PITCH]

var<workgroup> stats: array<vec2<f32>, SLOTS * ITEMS>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>, input: LaneInput) {
  enter_lanes(input);
  let own = place_of(sequences[group.z], group.y);
  let pitch = part_pitch(SCORE_WORKGROUPS, grid.z);
  let parts = part_count(own.visible, CHUNK, pitch);
  if (group.x >= parts) {
    return;
  }
  let lane = input.local_index % LANES;
  let slot = input.local_index / LANES;
  let first_query = group.z * QUERY_HEADS + own.head;
  let first_score = (group.z * HEAD_BLOCKS + group.y) * CAPACITY;

  share_queries(first_query, own.heads, input.local_index);

  var running = array<vec2<f32>, LANE_ITEMS>();
  // @unroll
  for (var j = 0u; j < LANE_ITEMS; j++) {
    running[j] = vec2<f32>(LOWEST, 0.0);
  }
  let chunks = (own.visible + CHUNK - 1u) / CHUNK;
  for (var chunk = group.x; chunk < chunks; chunk += parts) {
    let first_key = chunk * CHUNK + slot * ROWS;
    load_keys(own, first_key, lane);
    multiply_rows(lane);
    add_over_lanes(lane);
    if (lane % COPIES == 0u) {
      // @unroll
      for (var j = 0u; j < LANE_ITEMS / SCORE_WIDTH; j++) {
        let item = first_item(lane) + j * SCORE_WIDTH;
        let key = first_key + item / BLOCK_PITCH;
        if (key < own.visible) {
          var word = array<f32, SCORE_WIDTH>();
          // @unroll
          for (var e = 0u; e < SCORE_WIDTH; e++) {
            let score = sums[j * SCORE_WIDTH + e];
            word[e] = score;
            running[j * SCORE_WIDTH + e] = merge_stats(running[j * SCORE_WIDTH + e], vec2<f32>(score, 1.0));
          }
          scores[((first_score + key) * BLOCK_PITCH + item % BLOCK_PITCH) / SCORE_WIDTH] = score_word(word);
        }
      }
    }
  }

  if (lane % COPIES == 0u) {
    // @unroll
    for (var j = 0u; j < LANE_ITEMS; j++) {
      stats[slot * ITEMS + first_item(lane) + j] = running[j];
    }
  }
  workgroupBarrier();
  for (var width = SLOTS * ITEMS / 2u; width >= BLOCK_PITCH; width /= 2u) {
    for (var i = input.local_index; i < width; i += WORKGROUP) {
      stats[i] = merge_stats(stats[i], stats[i + width]);
    }
    workgroupBarrier();
  }
  if (input.local_index < BLOCK_PITCH) {
    let part = (group.z * HEAD_BLOCKS + group.y) * pitch + group.x;
    score_stats[part * BLOCK_PITCH + input.local_index] = stats[input.local_index];
  }
}
