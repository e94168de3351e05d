// Dot products of key rows of whole numbers with the scaled queries of a head block, as row-products.wgsl divides them over
// lanes and rows. A query is split, by a scale of its own, into whole numbers 256 · high + low of 16 bits: both halves are
// multiplied with four numbers of a key at a time and no key is widened. All sums are exact until they meet the scales:
// 256 dimensions · 127 · 32,639 is less than 2³¹.
const ITEMS = ROWS * BLOCK_PITCH;
const LANE_ITEMS = ITEMS >> HALVINGS;
const COPIES = LANES >> HALVINGS;
// Rows among a lane's items.
const LANE_ROWS = (LANE_ITEMS + BLOCK_PITCH - 1u) / BLOCK_PITCH;
// Groups of eight dimensions of a word, and of each lane.
const WORD_OCTETS = KV_WIDTH / 8u;
const OCTETS = LANE_WORDS * WORD_OCTETS;
// Invocations that look for the greatest number of one head's query, and how many of them exchange registers.
const TOP_SHARE = WORKGROUP / BLOCK_PITCH;
const TOP_TEAM = min(TOP_SHARE, TEAM);
const SPLIT = 32639.0;
const_assert (1u << LANE_BITS) == LANES && HALVINGS <= LANE_BITS;
const_assert TOP_SHARE > 0u && HEAD_DIM <= 256u;

@group(0) @binding(0) var<storage, read> queries: array<vec4<f32>>; // [batch, QUERY_HEADS, HEAD_DIM / 4]
@group(0) @binding(1) var<storage, read> keys: array<KvWord>; // [slots, KV_HEADS, CAPACITY, WORDS]

// (high, low) of four dimensions, then of the next four: [OCTETS, BLOCK_HEADS, LANES].
var<workgroup> shared_queries: array<vec4<u32>, OCTETS * BLOCK_HEADS * LANES>;
var<workgroup> query_tops: array<i32, WORKGROUP / TOP_TEAM>;
var<private> key_words: array<KvWord, ROWS * LANE_WORDS>;
var<private> next_scales: array<f32, LANE_ROWS>;
var<private> own_scales: array<f32, LANE_ROWS>;
var<private> query_scales: array<f32, LANE_ITEMS>;
var<private> whole_sums: array<i32, ITEMS>;
// After `add_over_lanes`: the items of each lane, from `first_item(lane)` on.
var<private> sums: array<f32, LANE_ITEMS>;

fn first_item(lane: u32) -> u32 {
  return lane / COPIES * LANE_ITEMS;
}

// The magnitude of the greatest of four numbers as bits, which are ordered as the numbers are, with what is none on top.
fn top_bits(numbers: vec4<f32>) -> i32 {
  let bits = bitcast<vec4<i32>>(numbers) & vec4<i32>(0x7fffffff);
  return max(max(bits.x, bits.y), max(bits.z, bits.w));
}

// The greatest magnitude of a head's query, after `share_queries` met its first barrier.
fn query_top(head: u32) -> f32 {
  var top = 0i;
  for (var i = 0u; i < TOP_SHARE / TOP_TEAM; i++) {
    top = max(top, query_tops[head * (TOP_SHARE / TOP_TEAM) + i]);
  }
  return SCALE * bitcast<f32>(top);
}

// Four numbers as (high, low), each four whole numbers of eight bits.
fn split_query(numbers: vec4<f32>, factor: f32) -> vec2<u32> {
  let whole = vec4<i32>(round(numbers * factor));
  let high = (whole + 128i) >> vec4<u32>(8u);
  return vec2<u32>(pack4xI8(high), pack4xI8(whole - (high << vec4<u32>(8u))));
}

// Splits the scaled queries and lays them out by lane; heads that a smaller last block lacks repeat its last one.
fn share_queries(first_query: u32, heads: u32, local_index: u32) {
  let own_head = first_query + min(local_index / TOP_SHARE, heads - 1u);
  var top = 0i;
  for (var quad = local_index % TOP_SHARE; quad < HEAD_DIM / 4u; quad += TOP_SHARE) {
    top = max(top, top_bits(queries[own_head * (HEAD_DIM / 4u) + quad]));
  }
  // @unroll
  for (var s = 0u; s < TEAM_BITS; s++) {
    if ((1u << s) < TOP_TEAM) {
      top = max(top, lane_xor_i32(top, 1u << s));
    }
  }
  if (local_index % TOP_TEAM == 0u) {
    query_tops[local_index / TOP_TEAM] = top;
  }
  workgroupBarrier();
  for (var i = local_index; i < OCTETS * BLOCK_HEADS * LANES; i += WORKGROUP) {
    let octet = i / LANES / BLOCK_HEADS;
    let block_head = i / LANES % BLOCK_HEADS;
    let head = first_query + min(block_head, heads - 1u);
    let dim = (i % LANES + octet / WORD_OCTETS * LANES) * KV_WIDTH + octet % WORD_OCTETS * 8u;
    var query = vec4<u32>();
    let top = query_top(block_head);
    if (dim < HEAD_DIM && top > 0.0) {
      let first = SCALE * queries[(head * HEAD_DIM + dim) / 4u];
      let second = SCALE * queries[(head * HEAD_DIM + dim) / 4u + 1u];
      query = vec4<u32>(split_query(first, SPLIT / top), split_query(second, SPLIT / top));
    }
    shared_queries[i] = query;
  }
  let lane = local_index % LANES;
  // @unroll
  for (var j = 0u; j < LANE_ITEMS; j++) {
    query_scales[j] = query_top(min((first_item(lane) + j) % BLOCK_PITCH, BLOCK_HEADS - 1u)) / SPLIT;
  }
  workgroupBarrier();
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
  // @unroll
  for (var r = 0u; r < LANE_ROWS; r++) {
    next_scales[r] = key_scales[own.row + min(first_key + first_item(lane) / BLOCK_PITCH + r, own.visible - 1u)];
  }
}

// Multiplies this lane's words of the rows with those of every query.
fn multiply_rows(lane: u32) {
  own_scales = next_scales;
  // @unroll
  for (var i = 0u; i < ITEMS; i++) {
    whole_sums[i] = 0i;
  }
  // @unroll
  for (var w = 0u; w < LANE_WORDS; w++) {
    // @unroll
    for (var h = 0u; h < BLOCK_HEADS; h++) {
      var query = array<vec4<u32>, WORD_OCTETS>();
      // @unroll
      for (var o = 0u; o < WORD_OCTETS; o++) {
        query[o] = shared_queries[((w * WORD_OCTETS + o) * BLOCK_HEADS + h) * LANES + lane];
      }
      // @unroll
      for (var r = 0u; r < ROWS; r++) {
        let key = kv_quads(key_words[r * LANE_WORDS + w]);
        var high = 0i;
        var low = whole_sums[r * BLOCK_PITCH + h];
        // @unroll
        for (var o = 0u; o < WORD_OCTETS; o++) {
          high += dot4I8Packed(query[o].x, key[2u * o]);
          high += dot4I8Packed(query[o].z, key[2u * o + 1u]);
          low += dot4I8Packed(query[o].y, key[2u * o]);
          low += dot4I8Packed(query[o].w, key[2u * o + 1u]);
        }
        whole_sums[r * BLOCK_PITCH + h] = (high << 8u) + low;
      }
    }
  }
}

// Adds the items up over the lanes of a slot, and multiplies what each lane ends with by the scales.
fn add_over_lanes(lane: u32) {
  // @unroll
  for (var s = 0u; s < HALVINGS; s++) {
    let upper = (lane & (LANES >> (s + 1u))) != 0u;
    // @unroll
    for (var i = 0u; i < (ITEMS >> (s + 1u)); i++) {
      let given = select(whole_sums[i + (ITEMS >> (s + 1u))], whole_sums[i], upper);
      let kept = select(whole_sums[i], whole_sums[i + (ITEMS >> (s + 1u))], upper);
      whole_sums[i] = kept + lane_xor_i32(given, LANES >> (s + 1u));
    }
  }
  // @unroll
  for (var s = 0u; s < LANE_BITS - HALVINGS; s++) {
    // @unroll
    for (var i = 0u; i < LANE_ITEMS; i++) {
      whole_sums[i] += lane_xor_i32(whole_sums[i], COPIES >> (s + 1u));
    }
  }
  // @unroll
  for (var i = 0u; i < LANE_ITEMS; i++) {
    sums[i] = f32(whole_sums[i]) * (query_scales[i] * own_scales[i / BLOCK_PITCH]);
  }
}
