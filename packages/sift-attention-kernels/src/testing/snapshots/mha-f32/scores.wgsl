const GROUP: u32 = 1u;
const KV_HEADS: u32 = 1u;
const QUERY_HEADS: u32 = 1u;
const HEAD_BLOCKS: u32 = 1u;
const BLOCKS: u32 = 1u;
const BLOCK_HEADS: u32 = 1u;
const BLOCK_PITCH: u32 = 1u;
const CAPACITY: u32 = 128u;
const HEAD_DIM: u32 = 32u;
const WORKGROUP: u32 = 32u;
const LANES: u32 = 4u;
const LANE_BITS: u32 = 2u;
const LANE_WORDS: u32 = 2u;
const ROWS: u32 = 1u;
const TEAM: u32 = 16u;
const TEAM_BITS: u32 = 4u;
const HALVINGS: u32 = 0u;
const SCALE: f32 = 0.1767766922712326f;
const SCORE_WORKGROUPS: u32 = 16u;
// Keys and values as single-precision numbers, four in a 16-byte word.
const KV_WIDTH = 4u;
alias KvWord = vec4<f32>;

fn unpack_kv(word: KvWord) -> array<f32, KV_WIDTH> {
  return array<f32, KV_WIDTH>(word.x, word.y, word.z, word.w);
}
// Exchange between the TEAM consecutive invocations of one team through workgroup memory, for devices without subgroups.
// Every function must be called in uniform control flow: it holds barriers.
const_assert LANES <= TEAM;

struct LaneInput {
  @builtin(local_invocation_index) local_index: u32,
}

var<workgroup> exchanged: array<u32, WORKGROUP>; // bits of whatever is exchanged
var<private> own_index: u32;

fn enter_lanes(input: LaneInput) {
  own_index = input.local_index;
}

// The value of the invocation whose index differs by the bits of `mask` < TEAM.
fn lane_xor(value: f32, mask: u32) -> f32 {
  exchanged[own_index] = bitcast<u32>(value);
  workgroupBarrier();
  let other = bitcast<f32>(exchanged[own_index ^ mask]);
  workgroupBarrier();
  return other;
}

fn lane_xor_i32(value: i32, mask: u32) -> i32 {
  exchanged[own_index] = bitcast<u32>(value);
  workgroupBarrier();
  let other = bitcast<i32>(exchanged[own_index ^ mask]);
  workgroupBarrier();
  return other;
}

// The value of lane `source` of the LANES lanes that this invocation is one of.
fn lane_get(value: f32, source: u32) -> f32 {
  exchanged[own_index] = bitcast<u32>(value);
  workgroupBarrier();
  let other = bitcast<f32>(exchanged[own_index / LANES * LANES + source]);
  workgroupBarrier();
  return other;
}

// Flags set in the team: (before this invocation, in all).
fn count_flags(flag: bool) -> vec2<u32> {
  exchanged[own_index] = u32(flag);
  workgroupBarrier();
  let first = own_index / TEAM * TEAM;
  var counts = vec2<u32>();
  for (var i = first; i < first + TEAM; i++) {
    counts += exchanged[i] * vec2<u32>(u32(i < own_index), 1u);
  }
  workgroupBarrier();
  return counts;
}
// How the keys of a sequence are divided over workgroups. Producer and consumer of a buffer of parts reckon alike.

// Parts of one head block and sequence, so that all of them together fill the device: one wave of `workgroups`, or up to
// four where that leaves a sixteenth less of the device idle.
fn part_pitch(workgroups: u32, sequences: u32) -> u32 {
  let rows = HEAD_BLOCKS * sequences;
  var pitch = max(workgroups / rows, 1u);
  var waves = 1u;
  for (var more = 2u; more <= 4u; more++) {
    let candidate = workgroups * more / rows;
    if (16u * candidate * waves > 17u * pitch * more) {
      pitch = candidate;
      waves = more;
    }
  }
  return pitch;
}

// Parts that get keys, at least `chunk` of them each but for the last. The others leave at once.
fn part_count(visible: u32, chunk: u32, pitch: u32) -> u32 {
  return min((visible + chunk - 1u) / chunk, pitch);
}

// A query-head block and where its keys and values lie.
struct Place {
  kv_head: u32,
  // First query head, and how many.
  head: u32,
  heads: u32,
  // First visible row in the cache, and how many.
  row: u32,
  visible: u32,
}

fn place_of(sequence: vec4<u32>, head_block: u32) -> Place {
  let kv_head = head_block / BLOCKS;
  let first = head_block % BLOCKS * BLOCK_HEADS;
  let row = (sequence.x * KV_HEADS + kv_head) * CAPACITY + sequence.y;
  return Place(kv_head, kv_head * GROUP + first, min(BLOCK_HEADS, GROUP - first), row, sequence.z - sequence.y);
}
// Statistics of two sets of scores, (maximum, sum of exp(score − maximum)), as those of both together.
fn merge_stats(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  let top = max(a.x, b.x);
  return vec2<f32>(top, a.y * exp(a.x - top) + b.y * exp(b.x - top));
}
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
  {
    let row = (own.row + min(first_key + 0u, own.visible - 1u)) * WORDS;
    // @unroll
    {
      if (LANE_WORDS * LANES == WORDS || lane + 0u * LANES < WORDS) {
        key_words[0u * LANE_WORDS + 0u] = keys[row + lane + 0u * LANES];
      }
    }
    {
      if (LANE_WORDS * LANES == WORDS || lane + 1u * LANES < WORDS) {
        key_words[0u * LANE_WORDS + 1u] = keys[row + lane + 1u * LANES];
      }
    }
  }
}

// Multiplies this lane's words of the rows with those of every query.
fn multiply_rows(lane: u32) {
  // @unroll
  {
    sums[0u] = 0.0;
  }
  // @unroll
  {
    var key = array<f32, ROWS * KV_WIDTH>();
    // @unroll
    {
      let word = unpack_kv(key_words[0u * LANE_WORDS + 0u]);
      // @unroll
      {
        key[0u * KV_WIDTH + 0u] = word[0u];
      }
      {
        key[0u * KV_WIDTH + 1u] = word[1u];
      }
      {
        key[0u * KV_WIDTH + 2u] = word[2u];
      }
      {
        key[0u * KV_WIDTH + 3u] = word[3u];
      }
    }
    // @unroll
    {
      // @unroll
      {
        let query = shared_queries[((0u * KV_WIDTH / 4u + 0u) * BLOCK_HEADS + 0u) * LANES + lane];
        // @unroll
        {
          // @unroll
          {
            sums[0u * BLOCK_PITCH + 0u] = fma(query[0u], key[0u * KV_WIDTH + 0u * 4u + 0u], sums[0u * BLOCK_PITCH + 0u]);
          }
          {
            sums[0u * BLOCK_PITCH + 0u] = fma(query[1u], key[0u * KV_WIDTH + 0u * 4u + 1u], sums[0u * BLOCK_PITCH + 0u]);
          }
          {
            sums[0u * BLOCK_PITCH + 0u] = fma(query[2u], key[0u * KV_WIDTH + 0u * 4u + 2u], sums[0u * BLOCK_PITCH + 0u]);
          }
          {
            sums[0u * BLOCK_PITCH + 0u] = fma(query[3u], key[0u * KV_WIDTH + 0u * 4u + 3u], sums[0u * BLOCK_PITCH + 0u]);
          }
        }
      }
    }
  }
  {
    var key = array<f32, ROWS * KV_WIDTH>();
    // @unroll
    {
      let word = unpack_kv(key_words[0u * LANE_WORDS + 1u]);
      // @unroll
      {
        key[0u * KV_WIDTH + 0u] = word[0u];
      }
      {
        key[0u * KV_WIDTH + 1u] = word[1u];
      }
      {
        key[0u * KV_WIDTH + 2u] = word[2u];
      }
      {
        key[0u * KV_WIDTH + 3u] = word[3u];
      }
    }
    // @unroll
    {
      // @unroll
      {
        let query = shared_queries[((1u * KV_WIDTH / 4u + 0u) * BLOCK_HEADS + 0u) * LANES + lane];
        // @unroll
        {
          // @unroll
          {
            sums[0u * BLOCK_PITCH + 0u] = fma(query[0u], key[0u * KV_WIDTH + 0u * 4u + 0u], sums[0u * BLOCK_PITCH + 0u]);
          }
          {
            sums[0u * BLOCK_PITCH + 0u] = fma(query[1u], key[0u * KV_WIDTH + 0u * 4u + 1u], sums[0u * BLOCK_PITCH + 0u]);
          }
          {
            sums[0u * BLOCK_PITCH + 0u] = fma(query[2u], key[0u * KV_WIDTH + 0u * 4u + 2u], sums[0u * BLOCK_PITCH + 0u]);
          }
          {
            sums[0u * BLOCK_PITCH + 0u] = fma(query[3u], key[0u * KV_WIDTH + 0u * 4u + 3u], sums[0u * BLOCK_PITCH + 0u]);
          }
        }
      }
    }
  }
}

// Adds the items up over the lanes of a slot.
fn add_over_lanes(lane: u32) {
  // @unroll
  // @unroll
  {
    // @unroll
    {
      sums[0u] += lane_xor(sums[0u], COPIES >> (0u + 1u));
    }
  }
  {
    // @unroll
    {
      sums[0u] += lane_xor(sums[0u], COPIES >> (1u + 1u));
    }
  }
}
// Scores that a lane writes at a time: here one.
const SCORE_WIDTH = 1u;
alias ScoreWord = f32;

fn score_word(items: array<f32, SCORE_WIDTH>) -> ScoreWord {
  return ScoreWord(items[0]);
}
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
  {
    running[0u] = vec2<f32>(LOWEST, 0.0);
  }
  let chunks = (own.visible + CHUNK - 1u) / CHUNK;
  for (var chunk = group.x; chunk < chunks; chunk += parts) {
    let first_key = chunk * CHUNK + slot * ROWS;
    load_keys(own, first_key, lane);
    multiply_rows(lane);
    add_over_lanes(lane);
    if (lane % COPIES == 0u) {
      // @unroll
      {
        let item = first_item(lane) + 0u * SCORE_WIDTH;
        let key = first_key + item / BLOCK_PITCH;
        if (key < own.visible) {
          var word = array<f32, SCORE_WIDTH>();
          // @unroll
          {
            let score = sums[0u * SCORE_WIDTH + 0u];
            word[0u] = score;
            running[0u * SCORE_WIDTH + 0u] = merge_stats(running[0u * SCORE_WIDTH + 0u], vec2<f32>(score, 1.0));
          }
          scores[((first_score + key) * BLOCK_PITCH + item % BLOCK_PITCH) / SCORE_WIDTH] = score_word(word);
        }
      }
    }
  }

  if (lane % COPIES == 0u) {
    // @unroll
    {
      stats[slot * ITEMS + first_item(lane) + 0u] = running[0u];
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

