// scores[h, i] = scale · dot(query[h], key[i]) for the query heads h of a block and the visible keys i. Each workgroup
// also leaves, per head, the maximum of its scores and the sum of exp(score − maximum): log-sum-exp needs no second
// pass over the keys.
//
// grid: (parts, head blocks, sequences). LANES lanes share a key row; a slot of LANES lanes holds ROWS rows in flight and
// their dot products with all heads, ITEMS partial sums a lane. Adding them up over the lanes halves the items of each
// lane at every step, so that ROWS · BLOCK_PITCH sums cost little more exchanges than one, and every lane ends with scores of
// its own. Nothing waits for a barrier until the part is done.
const WORDS = HEAD_DIM / KV_WIDTH;
const ITEMS = ROWS * BLOCK_PITCH;
const SLOTS = WORKGROUP / LANES;
const CHUNK = SLOTS * ROWS;
const LANE_ITEMS = ITEMS >> HALVINGS;
const COPIES = LANES >> HALVINGS;
const LOWEST = -3.0e38;
const_assert HEAD_DIM % KV_WIDTH == 0u;
const_assert LANE_WORDS * LANES >= WORDS;
const_assert (1u << LANE_BITS) == LANES && HALVINGS <= LANE_BITS;

@group(0) @binding(0) var<storage, read> queries: array<vec4<f32>>; // [batch, QUERY_HEADS, HEAD_DIM / 4]
@group(0) @binding(1) var<storage, read> keys: array<KvWord>; // [slots, KV_HEADS, CAPACITY, WORDS]
@group(0) @binding(2) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(3) var<storage, read_write> scores: array<f32>; // [batch, HEAD_BLOCKS, CAPACITY, BLOCK_PITCH]
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

  var query = array<f32, LANE_WORDS * KV_WIDTH * BLOCK_HEADS>();
  // @unroll
  for (var i = 0u; i < LANE_WORDS * KV_WIDTH / 4u; i++) {
    let dim = (lane + i * 4u / KV_WIDTH * LANES) * KV_WIDTH + i * 4u % KV_WIDTH;
    // @unroll
    for (var h = 0u; h < BLOCK_HEADS; h++) {
      if (dim < HEAD_DIM) {
        let four = SCALE * queries[((first_query + min(h, own.heads - 1u)) * HEAD_DIM + dim) / 4u];
        // @unroll
        for (var j = 0u; j < 4u; j++) {
          query[(i * 4u + j) * BLOCK_HEADS + h] = four[j];
        }
      }
    }
  }

  let first_item = lane / COPIES * LANE_ITEMS;
  var running = array<vec2<f32>, LANE_ITEMS>();
  // @unroll
  for (var j = 0u; j < LANE_ITEMS; j++) {
    running[j] = vec2<f32>(LOWEST, 0.0);
  }
  let chunks = (own.visible + CHUNK - 1u) / CHUNK;
  for (var chunk = group.x; chunk < chunks; chunk += parts) {
    let first_key = chunk * CHUNK + slot * ROWS;
    var words = array<KvWord, ROWS * LANE_WORDS>();
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      let row = (own.row + min(first_key + r, own.visible - 1u)) * WORDS;
      // @unroll
      for (var w = 0u; w < LANE_WORDS; w++) {
        if (LANE_WORDS * LANES == WORDS || lane + w * LANES < WORDS) {
          words[r * LANE_WORDS + w] = keys[row + lane + w * LANES];
        }
      }
    }
    var sums = array<f32, ITEMS>();
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      // @unroll
      for (var w = 0u; w < LANE_WORDS; w++) {
        let key = unpack_kv(words[r * LANE_WORDS + w]);
        // @unroll
        for (var e = 0u; e < KV_WIDTH; e++) {
          // @unroll
          for (var h = 0u; h < BLOCK_HEADS; h++) {
            sums[r * BLOCK_PITCH + h] = fma(query[(w * KV_WIDTH + e) * BLOCK_HEADS + h], key[e], sums[r * BLOCK_PITCH + h]);
          }
        }
      }
    }
    // @unroll
    for (var s = 0u; s < HALVINGS; s++) {
      let upper = (lane & (LANES >> (s + 1u))) != 0u;
      // @unroll
      for (var i = 0u; i < (ITEMS >> (s + 1u)); i++) {
        let given = select(sums[i + (ITEMS >> (s + 1u))], sums[i], upper);
        let kept = select(sums[i], sums[i + (ITEMS >> (s + 1u))], upper);
        sums[i] = kept + lane_xor(given, LANES >> (s + 1u));
      }
    }
    // @unroll
    for (var s = 0u; s < LANE_BITS - HALVINGS; s++) {
      // @unroll
      for (var i = 0u; i < LANE_ITEMS; i++) {
        sums[i] += lane_xor(sums[i], COPIES >> (s + 1u));
      }
    }
    if (lane % COPIES == 0u) {
      // @unroll
      for (var j = 0u; j < LANE_ITEMS; j++) {
        let key = first_key + (first_item + j) / BLOCK_PITCH;
        if (key < own.visible) {
          scores[(first_score + key) * BLOCK_PITCH + (first_item + j) % BLOCK_PITCH] = sums[j];
          running[j] = merge_stats(running[j], vec2<f32>(sums[j], 1.0));
        }
      }
    }
  }

  if (lane % COPIES == 0u) {
    // @unroll
    for (var j = 0u; j < LANE_ITEMS; j++) {
      stats[slot * ITEMS + first_item + j] = running[j];
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
