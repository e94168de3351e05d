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
const LANE_HEADS: u32 = 1u;
const ROW_BITS: u32 = 0u;
const HEAD_ROWS: u32 = 2048u;
const ROUND_ELEMENTS: u32 = 8u;
const SCALE: f32 = 0.1767766922712326f;
const FULL_WORKGROUPS: u32 = 16u;
// Keys and values as single-precision numbers, four in a 16-byte word.
const KV_WIDTH = 4u;
alias KvWord = vec4<f32>;

fn unpack_kv(word: KvWord) -> array<f32, KV_WIDTH> {
  return array<f32, KV_WIDTH>(word.x, word.y, word.z, word.w);
}
// One number for each query head of a head block: here one head.
alias HeadRow = f32;

fn head_of(row: HeadRow, head: u32) -> f32 {
  return row;
}

fn head_row(values: array<f32, BLOCK_PITCH>) -> HeadRow {
  return values[0];
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
  {
    // @unroll
    {
      output_sums[(word * KV_WIDTH + 0u) * BLOCK_HEADS + 0u] =
        fma(head_of(weights, 0u), value[0u], output_sums[(word * KV_WIDTH + 0u) * BLOCK_HEADS + 0u]);
    }
  }
  {
    // @unroll
    {
      output_sums[(word * KV_WIDTH + 1u) * BLOCK_HEADS + 0u] =
        fma(head_of(weights, 0u), value[1u], output_sums[(word * KV_WIDTH + 1u) * BLOCK_HEADS + 0u]);
    }
  }
  {
    // @unroll
    {
      output_sums[(word * KV_WIDTH + 2u) * BLOCK_HEADS + 0u] =
        fma(head_of(weights, 0u), value[2u], output_sums[(word * KV_WIDTH + 2u) * BLOCK_HEADS + 0u]);
    }
  }
  {
    // @unroll
    {
      output_sums[(word * KV_WIDTH + 3u) * BLOCK_HEADS + 0u] =
        fma(head_of(weights, 0u), value[3u], output_sums[(word * KV_WIDTH + 3u) * BLOCK_HEADS + 0u]);
    }
  }
}

// Multiplies what was summed so far by one factor for each head.
fn scale_sums(factors: HeadRow) {
  // @unroll
  {
    output_sums[0u] *= head_of(factors, 0u % BLOCK_HEADS);
  }
  {
    output_sums[1u] *= head_of(factors, 1u % BLOCK_HEADS);
  }
  {
    output_sums[2u] *= head_of(factors, 2u % BLOCK_HEADS);
  }
  {
    output_sums[3u] *= head_of(factors, 3u % BLOCK_HEADS);
  }
  {
    output_sums[4u] *= head_of(factors, 4u % BLOCK_HEADS);
  }
  {
    output_sums[5u] *= head_of(factors, 5u % BLOCK_HEADS);
  }
  {
    output_sums[6u] *= head_of(factors, 6u % BLOCK_HEADS);
  }
  {
    output_sums[7u] *= head_of(factors, 7u % BLOCK_HEADS);
  }
}

// Adds the slots up, ROUND_ELEMENTS of each lane's elements at a time, and writes [LANE_ELEMENTS, LANES] rows from `first` on.
fn write_partial(first: u32, local_index: u32) {
  let lane = local_index % LANES;
  let team = local_index / TEAM;
  // @unroll
  {
    // @unroll
    {
      output_sums[0u] += lane_xor(output_sums[0u], LANES << 0u);
    }
    {
      output_sums[1u] += lane_xor(output_sums[1u], LANES << 0u);
    }
    {
      output_sums[2u] += lane_xor(output_sums[2u], LANES << 0u);
    }
    {
      output_sums[3u] += lane_xor(output_sums[3u], LANES << 0u);
    }
    {
      output_sums[4u] += lane_xor(output_sums[4u], LANES << 0u);
    }
    {
      output_sums[5u] += lane_xor(output_sums[5u], LANES << 0u);
    }
    {
      output_sums[6u] += lane_xor(output_sums[6u], LANES << 0u);
    }
    {
      output_sums[7u] += lane_xor(output_sums[7u], LANES << 0u);
    }
  }
  {
    // @unroll
    {
      output_sums[0u] += lane_xor(output_sums[0u], LANES << 1u);
    }
    {
      output_sums[1u] += lane_xor(output_sums[1u], LANES << 1u);
    }
    {
      output_sums[2u] += lane_xor(output_sums[2u], LANES << 1u);
    }
    {
      output_sums[3u] += lane_xor(output_sums[3u], LANES << 1u);
    }
    {
      output_sums[4u] += lane_xor(output_sums[4u], LANES << 1u);
    }
    {
      output_sums[5u] += lane_xor(output_sums[5u], LANES << 1u);
    }
    {
      output_sums[6u] += lane_xor(output_sums[6u], LANES << 1u);
    }
    {
      output_sums[7u] += lane_xor(output_sums[7u], LANES << 1u);
    }
  }
  // @unroll
  {
    workgroupBarrier();
    if (local_index % TEAM < LANES) {
      // @unroll
      {
        var sums = array<f32, BLOCK_PITCH>();
        // @unroll
        {
          sums[0u] = output_sums[(0u * ROUND_ELEMENTS + 0u) * BLOCK_HEADS + 0u];
        }
        head_rows[(team * ROUND_ELEMENTS + 0u) * LANES + lane] = head_row(sums);
      }
      {
        var sums = array<f32, BLOCK_PITCH>();
        // @unroll
        {
          sums[0u] = output_sums[(0u * ROUND_ELEMENTS + 1u) * BLOCK_HEADS + 0u];
        }
        head_rows[(team * ROUND_ELEMENTS + 1u) * LANES + lane] = head_row(sums);
      }
      {
        var sums = array<f32, BLOCK_PITCH>();
        // @unroll
        {
          sums[0u] = output_sums[(0u * ROUND_ELEMENTS + 2u) * BLOCK_HEADS + 0u];
        }
        head_rows[(team * ROUND_ELEMENTS + 2u) * LANES + lane] = head_row(sums);
      }
      {
        var sums = array<f32, BLOCK_PITCH>();
        // @unroll
        {
          sums[0u] = output_sums[(0u * ROUND_ELEMENTS + 3u) * BLOCK_HEADS + 0u];
        }
        head_rows[(team * ROUND_ELEMENTS + 3u) * LANES + lane] = head_row(sums);
      }
      {
        var sums = array<f32, BLOCK_PITCH>();
        // @unroll
        {
          sums[0u] = output_sums[(0u * ROUND_ELEMENTS + 4u) * BLOCK_HEADS + 0u];
        }
        head_rows[(team * ROUND_ELEMENTS + 4u) * LANES + lane] = head_row(sums);
      }
      {
        var sums = array<f32, BLOCK_PITCH>();
        // @unroll
        {
          sums[0u] = output_sums[(0u * ROUND_ELEMENTS + 5u) * BLOCK_HEADS + 0u];
        }
        head_rows[(team * ROUND_ELEMENTS + 5u) * LANES + lane] = head_row(sums);
      }
      {
        var sums = array<f32, BLOCK_PITCH>();
        // @unroll
        {
          sums[0u] = output_sums[(0u * ROUND_ELEMENTS + 6u) * BLOCK_HEADS + 0u];
        }
        head_rows[(team * ROUND_ELEMENTS + 6u) * LANES + lane] = head_row(sums);
      }
      {
        var sums = array<f32, BLOCK_PITCH>();
        // @unroll
        {
          sums[0u] = output_sums[(0u * ROUND_ELEMENTS + 7u) * BLOCK_HEADS + 0u];
        }
        head_rows[(team * ROUND_ELEMENTS + 7u) * LANES + lane] = head_row(sums);
      }
    }
    workgroupBarrier();
    for (var i = local_index; i < ROUND_ELEMENTS * LANES; i += WORKGROUP) {
      var sum = HeadRow();
      // @unroll
      {
        sum += head_rows[0u * ROUND_ELEMENTS * LANES + i];
      }
      {
        sum += head_rows[1u * ROUND_ELEMENTS * LANES + i];
      }
      partials[first + 0u * ROUND_ELEMENTS * LANES + i] = sum;
    }
  }
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
// Stands where a scale of value rows would, for rows that have none.
fn value_scale(row: u32) -> f32 {
  return 1.0;
}
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
  {
    maximum[0u] = LOWEST;
  }
  let chunks = (own.visible + CHUNK - 1u) / CHUNK;
  for (var chunk = group.x; chunk < chunks; chunk += parts) {
    let first_key = chunk * CHUNK + slot * ROWS;
    var value_words = array<KvWord, ROWS * LANE_WORDS>();
    // @unroll
    {
      let row = (own.row + min(first_key + 0u, own.visible - 1u)) * WORDS;
      // @unroll
      {
        if (LANE_WORDS * LANES == WORDS || lane + 0u * LANES < WORDS) {
          value_words[0u * LANE_WORDS + 0u] = values[row + lane + 0u * LANES];
        }
      }
      {
        if (LANE_WORDS * LANES == WORDS || lane + 1u * LANES < WORDS) {
          value_words[0u * LANE_WORDS + 1u] = values[row + lane + 1u * LANES];
        }
      }
    }
    var value_factors = array<f32, LANE_ROWS>();
    // @unroll
    {
      value_factors[0u] = value_scale(own.row + min(first_key + first_item(lane) / BLOCK_PITCH + 0u, own.visible - 1u));
    }
    multiply_rows(lane);
    load_keys(own, first_key + parts * CHUNK, lane);
    add_over_lanes(lane);

    var higher = array<f32, LANE_HEADS>();
    // @unroll
    {
      higher[0u] = LOWEST;
    }
    // @unroll
    {
      let visible = first_key + (first_item(lane) + 0u) / BLOCK_PITCH < own.visible;
      higher[0u % LANE_HEADS] = max(higher[0u % LANE_HEADS], select(LOWEST, sums[0u], visible));
    }
    // @unroll
    var factor = array<f32, LANE_HEADS>();
    // @unroll
    {
      higher[0u] = max(higher[0u], maximum[0u]);
      factor[0u] = exp(maximum[0u] - higher[0u]);
      maximum[0u] = higher[0u];
      sum[0u] *= factor[0u];
    }
    // @unroll
    {
      let visible = first_key + (first_item(lane) + 0u) / BLOCK_PITCH < own.visible;
      sums[0u] = select(0.0, exp(sums[0u] - maximum[0u % LANE_HEADS]), visible);
      sum[0u % LANE_HEADS] += sums[0u];
      sums[0u] *= value_factors[0u / BLOCK_PITCH];
    }
    var factors = array<f32, BLOCK_PITCH>();
    var rescale = false;
    // @unroll
    {
      factors[0u] = lane_get(factor[0u % LANE_HEADS], 0u / LANE_HEADS * COPIES);
      rescale = rescale || factors[0u] != 1.0;
    }
    if (rescale) {
      scale_sums(head_row(factors));
    }
    // @unroll
    {
      var weights = array<f32, BLOCK_PITCH>();
      // @unroll
      {
        weights[0u] = lane_get(sums[(0u * BLOCK_PITCH + 0u) % LANE_ITEMS], (0u * BLOCK_PITCH + 0u) / LANE_ITEMS * COPIES);
      }
      // @unroll
      {
        add_word(0u, value_words[0u * LANE_WORDS + 0u], head_row(weights));
      }
      {
        add_word(1u, value_words[0u * LANE_WORDS + 1u], head_row(weights));
      }
    }
  }

  // @unroll
  if (lane < ROW_STEP && lane % COPIES == 0u) {
    // @unroll
    {
      slot_stats[slot * BLOCK_PITCH + lane / COPIES * LANE_HEADS + 0u] = vec2<f32>(maximum[0u], sum[0u]);
    }
  }
  workgroupBarrier();
  var factors = array<f32, BLOCK_PITCH>();
  var maxima = array<f32, BLOCK_PITCH>();
  var totals = array<f32, BLOCK_PITCH>();
  // @unroll
  {
    maxima[0u] = LOWEST;
    for (var s = 0u; s < SLOTS; s++) {
      maxima[0u] = max(maxima[0u], slot_stats[s * BLOCK_PITCH + 0u].x);
    }
    for (var s = 0u; s < SLOTS; s++) {
      let stat = slot_stats[s * BLOCK_PITCH + 0u];
      totals[0u] += stat.y * exp(stat.x - maxima[0u]);
    }
    factors[0u] = exp(slot_stats[slot * BLOCK_PITCH + 0u].x - maxima[0u]);
  }
  scale_sums(head_row(factors));
  let part = (group.z * HEAD_BLOCKS + group.y) * pitch + group.x;
  write_partial(part * PARTIAL, input.local_index);
  if (input.local_index == 0u) {
    // @unroll
    {
      partial_stats[part * 5u * BLOCK_PITCH + 0u] = maxima[0u];
      partial_stats[(part * 5u + 1u) * BLOCK_PITCH + 0u] = totals[0u];
    }
  }
}

