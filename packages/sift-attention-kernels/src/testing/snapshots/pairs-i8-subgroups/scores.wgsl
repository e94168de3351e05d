enable subgroups;
const GROUP: u32 = 2u;
const KV_HEADS: u32 = 1u;
const QUERY_HEADS: u32 = 2u;
const HEAD_BLOCKS: u32 = 1u;
const BLOCKS: u32 = 1u;
const BLOCK_HEADS: u32 = 2u;
const BLOCK_PITCH: u32 = 2u;
const CAPACITY: u32 = 128u;
const HEAD_DIM: u32 = 32u;
const WORKGROUP: u32 = 32u;
const LANES: u32 = 4u;
const LANE_BITS: u32 = 2u;
const LANE_WORDS: u32 = 1u;
const ROWS: u32 = 1u;
const TEAM: u32 = 4u;
const TEAM_BITS: u32 = 2u;
const HALVINGS: u32 = 1u;
const SCALE: f32 = 0.1767766922712326f;
const SCORE_WORKGROUPS: u32 = 16u;
// Keys and values as whole numbers of eight bits, sixteen in a 16-byte word. Each row has a scale elsewhere.
const KV_WIDTH = 16u;
alias KvWord = vec4<u32>;

fn kv_quads(word: KvWord) -> array<u32, KV_WIDTH / 4u> {
  return array<u32, KV_WIDTH / 4u>(word.x, word.y, word.z, word.w);
}
// Numbers of a row of whole numbers, not yet multiplied by the row's scale.
fn unpack_kv(word: KvWord) -> array<f32, KV_WIDTH> {
  let quads = kv_quads(word);
  var numbers = array<f32, KV_WIDTH>();
  // @unroll
  {
    let four = vec4<f32>(unpack4xI8(quads[0u]));
    numbers[4u * 0u] = four.x;
    numbers[4u * 0u + 1u] = four.y;
    numbers[4u * 0u + 2u] = four.z;
    numbers[4u * 0u + 3u] = four.w;
  }
  {
    let four = vec4<f32>(unpack4xI8(quads[1u]));
    numbers[4u * 1u] = four.x;
    numbers[4u * 1u + 1u] = four.y;
    numbers[4u * 1u + 2u] = four.z;
    numbers[4u * 1u + 3u] = four.w;
  }
  {
    let four = vec4<f32>(unpack4xI8(quads[2u]));
    numbers[4u * 2u] = four.x;
    numbers[4u * 2u + 1u] = four.y;
    numbers[4u * 2u + 2u] = four.z;
    numbers[4u * 2u + 3u] = four.w;
  }
  {
    let four = vec4<f32>(unpack4xI8(quads[3u]));
    numbers[4u * 3u] = four.x;
    numbers[4u * 3u + 1u] = four.y;
    numbers[4u * 3u + 2u] = four.z;
    numbers[4u * 3u + 3u] = four.w;
  }
  return numbers;
}
// Exchange between the TEAM consecutive invocations of one team through subgroup operations. TEAM is a power of two, at
// most the least subgroup size and 32, so a team never spans two subgroups.
const_assert TEAM <= 32u && LANES <= TEAM;

struct LaneInput {
  @builtin(local_invocation_index) local_index: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
}

var<private> subgroup_lane: u32;

fn enter_lanes(input: LaneInput) {
  subgroup_lane = input.subgroup_lane;
}

// The value of the invocation whose index differs by the bits of `mask` < TEAM.
fn lane_xor(value: f32, mask: u32) -> f32 {
  return subgroupShuffleXor(value, mask);
}

fn lane_xor_i32(value: i32, mask: u32) -> i32 {
  return subgroupShuffleXor(value, mask);
}

// The value of lane `source` of the LANES lanes that this invocation is one of.
fn lane_get(value: f32, source: u32) -> f32 {
  return subgroupShuffle(value, subgroup_lane / LANES * LANES + source);
}

// Flags set in the team: (before this invocation, in all).
fn count_flags(flag: bool) -> vec2<u32> {
  let ballot = subgroupBallot(flag);
  let bits = extractBits(ballot[subgroup_lane / 32u], subgroup_lane % 32u / TEAM * TEAM, TEAM);
  return vec2<u32>(countOneBits(extractBits(bits, 0u, subgroup_lane % TEAM)), countOneBits(bits));
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
@group(0) @binding(5) var<storage, read> key_scales: array<f32>; // [slots, KV_HEADS, CAPACITY]
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
  {
    if ((1u << 0u) < TOP_TEAM) {
      top = max(top, lane_xor_i32(top, 1u << 0u));
    }
  }
  {
    if ((1u << 1u) < TOP_TEAM) {
      top = max(top, lane_xor_i32(top, 1u << 1u));
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
  {
    query_scales[0u] = query_top(min((first_item(lane) + 0u) % BLOCK_PITCH, BLOCK_HEADS - 1u)) / SPLIT;
  }
  workgroupBarrier();
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
  }
  // @unroll
  {
    next_scales[0u] = key_scales[own.row + min(first_key + first_item(lane) / BLOCK_PITCH + 0u, own.visible - 1u)];
  }
}

// Multiplies this lane's words of the rows with those of every query.
fn multiply_rows(lane: u32) {
  own_scales = next_scales;
  // @unroll
  {
    whole_sums[0u] = 0i;
  }
  {
    whole_sums[1u] = 0i;
  }
  // @unroll
  {
    // @unroll
    {
      var query = array<vec4<u32>, WORD_OCTETS>();
      // @unroll
      {
        query[0u] = shared_queries[((0u * WORD_OCTETS + 0u) * BLOCK_HEADS + 0u) * LANES + lane];
      }
      {
        query[1u] = shared_queries[((0u * WORD_OCTETS + 1u) * BLOCK_HEADS + 0u) * LANES + lane];
      }
      // @unroll
      {
        let key = kv_quads(key_words[0u * LANE_WORDS + 0u]);
        var high = 0i;
        var low = whole_sums[0u * BLOCK_PITCH + 0u];
        // @unroll
        {
          high += dot4I8Packed(query[0u].x, key[2u * 0u]);
          high += dot4I8Packed(query[0u].z, key[2u * 0u + 1u]);
          low += dot4I8Packed(query[0u].y, key[2u * 0u]);
          low += dot4I8Packed(query[0u].w, key[2u * 0u + 1u]);
        }
        {
          high += dot4I8Packed(query[1u].x, key[2u * 1u]);
          high += dot4I8Packed(query[1u].z, key[2u * 1u + 1u]);
          low += dot4I8Packed(query[1u].y, key[2u * 1u]);
          low += dot4I8Packed(query[1u].w, key[2u * 1u + 1u]);
        }
        whole_sums[0u * BLOCK_PITCH + 0u] = (high << 8u) + low;
      }
    }
    {
      var query = array<vec4<u32>, WORD_OCTETS>();
      // @unroll
      {
        query[0u] = shared_queries[((0u * WORD_OCTETS + 0u) * BLOCK_HEADS + 1u) * LANES + lane];
      }
      {
        query[1u] = shared_queries[((0u * WORD_OCTETS + 1u) * BLOCK_HEADS + 1u) * LANES + lane];
      }
      // @unroll
      {
        let key = kv_quads(key_words[0u * LANE_WORDS + 0u]);
        var high = 0i;
        var low = whole_sums[0u * BLOCK_PITCH + 1u];
        // @unroll
        {
          high += dot4I8Packed(query[0u].x, key[2u * 0u]);
          high += dot4I8Packed(query[0u].z, key[2u * 0u + 1u]);
          low += dot4I8Packed(query[0u].y, key[2u * 0u]);
          low += dot4I8Packed(query[0u].w, key[2u * 0u + 1u]);
        }
        {
          high += dot4I8Packed(query[1u].x, key[2u * 1u]);
          high += dot4I8Packed(query[1u].z, key[2u * 1u + 1u]);
          low += dot4I8Packed(query[1u].y, key[2u * 1u]);
          low += dot4I8Packed(query[1u].w, key[2u * 1u + 1u]);
        }
        whole_sums[0u * BLOCK_PITCH + 1u] = (high << 8u) + low;
      }
    }
  }
}

// Adds the items up over the lanes of a slot, and multiplies what each lane ends with by the scales.
fn add_over_lanes(lane: u32) {
  // @unroll
  {
    let upper = (lane & (LANES >> (0u + 1u))) != 0u;
    // @unroll
    {
      let given = select(whole_sums[0u + (ITEMS >> (0u + 1u))], whole_sums[0u], upper);
      let kept = select(whole_sums[0u], whole_sums[0u + (ITEMS >> (0u + 1u))], upper);
      whole_sums[0u] = kept + lane_xor_i32(given, LANES >> (0u + 1u));
    }
  }
  // @unroll
  {
    // @unroll
    {
      whole_sums[0u] += lane_xor_i32(whole_sums[0u], COPIES >> (0u + 1u));
    }
  }
  // @unroll
  {
    sums[0u] = f32(whole_sums[0u]) * (query_scales[0u] * own_scales[0u / BLOCK_PITCH]);
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

