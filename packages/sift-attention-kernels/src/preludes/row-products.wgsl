// Dot products of key rows with the scaled queries of a head block. LANES lanes share a key row; a slot of LANES lanes
// holds ROWS rows in flight and their products with all heads, ITEMS partial sums a lane. Adding them up over the lanes
// halves the items of each lane at every step, so that ROWS · BLOCK_PITCH sums cost little more exchanges than one.
//
// The queries lie in workgroup memory: each is used for ROWS rows and then given up, which leaves the registers to rows in
// flight.
const ITEMS = ROWS * BLOCK_PITCH;
const LANE_ITEMS = ITEMS >> HALVINGS;
const COPIES = LANES >> HALVINGS;
// Rows among a lane's items.
const LANE_ROWS = (LANE_ITEMS + BLOCK_PITCH - 1u) / BLOCK_PITCH;
// Groups of four dimensions of each lane.
const QUADS = LANE_WORDS * KV_WIDTH / 4u;
const_assert (1u << LANE_BITS) == LANES && HALVINGS <= LANE_BITS;

@group(0) @binding(0) var<storage, read> queries: array<vec4<f32>>; // [batch, QUERY_HEADS, HEAD_DIM / 4]
@group(0) @binding(1) var<storage, read> keys: array<KvWord>; // [slots, KV_HEADS, CAPACITY, WORDS]

var<workgroup> shared_queries: array<vec4<f32>, QUADS * BLOCK_HEADS * LANES>; // [QUADS, BLOCK_HEADS, LANES]
var<private> key_words: array<KvWord, ROWS * LANE_WORDS>;
// Item r · BLOCK_PITCH + h is head h of row r; after `add_over_lanes` each lane has those from `first_item(lane)` on.
var<private> sums: array<f32, ITEMS>;

// Scales the queries and lays them out by lane; heads that a smaller last block lacks repeat its last one.
fn share_queries(first_query: u32, heads: u32, local_index: u32) {
  for (var i = local_index; i < QUADS * BLOCK_HEADS * LANES; i += WORKGROUP) {
    let quad = i / LANES / BLOCK_HEADS;
    let head = first_query + min(i / LANES % BLOCK_HEADS, heads - 1u);
    let dim = (i % LANES + quad * 4u / KV_WIDTH * LANES) * KV_WIDTH + quad * 4u % KV_WIDTH;
    var query = vec4<f32>();
    if (dim < HEAD_DIM) {
      query = SCALE * queries[(head * HEAD_DIM + dim) / 4u];
    }
    shared_queries[i] = query;
  }
  workgroupBarrier();
}

fn first_item(lane: u32) -> u32 {
  return lane / COPIES * LANE_ITEMS;
}

// Begins to read this lane's words of ROWS rows; rows past the last visible one repeat it.
fn load_keys(own: Place, first_key: u32, lane: u32) {
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    let row = (own.row + min(first_key + r, own.visible - 1u)) * WORDS;
    // @unroll
    for (var w = 0u; w < LANE_WORDS; w++) {
      if (LANE_WORDS * LANES == WORDS || lane + w * LANES < WORDS) {
        key_words[r * LANE_WORDS + w] = keys[row + lane + w * LANES];
      }
    }
  }
}

// Multiplies this lane's words of the rows with those of every query.
fn multiply_rows(lane: u32) {
  // @unroll
  for (var i = 0u; i < ITEMS; i++) {
    sums[i] = 0.0;
  }
  // @unroll
  for (var w = 0u; w < LANE_WORDS; w++) {
    var key = array<f32, ROWS * KV_WIDTH>();
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      let word = unpack_kv(key_words[r * LANE_WORDS + w]);
      // @unroll
      for (var e = 0u; e < KV_WIDTH; e++) {
        key[r * KV_WIDTH + e] = word[e];
      }
    }
    // @unroll
    for (var q = 0u; q < KV_WIDTH / 4u; q++) {
      // @unroll
      for (var h = 0u; h < BLOCK_HEADS; h++) {
        let query = shared_queries[((w * KV_WIDTH / 4u + q) * BLOCK_HEADS + h) * LANES + lane];
        // @unroll
        for (var r = 0u; r < ROWS; r++) {
          // @unroll
          for (var e = 0u; e < 4u; e++) {
            sums[r * BLOCK_PITCH + h] = fma(query[e], key[r * KV_WIDTH + q * 4u + e], sums[r * BLOCK_PITCH + h]);
          }
        }
      }
    }
  }
}

// Adds the items up over the lanes of a slot.
fn add_over_lanes(lane: u32) {
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
}
