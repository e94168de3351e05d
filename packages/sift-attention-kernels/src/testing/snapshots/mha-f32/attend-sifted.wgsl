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
const TILE: u32 = 32u;
const RING: u32 = 40u;
const STAT_STEPS: u32 = 4u;
const HEAD_ROWS: u32 = 40u;
const ROUND_ELEMENTS: u32 = 4u;
const SCORE_WORKGROUPS: u32 = 16u;
const SCORE_CHUNK: u32 = 8u;
const ATTEND_WORKGROUPS: u32 = 16u;
const SUM_KEPT: bool = false;
const KEEP_FIRST: u32 = 0u;
const KEEP_LAST: u32 = 0u;
// Keys and values as single-precision numbers, four in a 16-byte word.
const KV_WIDTH = 4u;
alias KvWord = vec4<f32>;

fn unpack_kv(word: KvWord) -> array<f32, KV_WIDTH> {
  return array<f32, KV_WIDTH>(word.x, word.y, word.z, word.w);
}
// Stands where a scale of value rows would, for rows that have none.
fn value_scale(row: u32) -> f32 {
  return 1.0;
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
// Statistics of two sets of scores, (maximum, sum of exp(score − maximum)), as those of both together.
fn merge_stats(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  let top = max(a.x, b.x);
  return vec2<f32>(top, a.y * exp(a.x - top) + b.y * exp(b.x - top));
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
  {
    workgroupBarrier();
    if (local_index % TEAM < LANES) {
      // @unroll
      {
        var sums = array<f32, BLOCK_PITCH>();
        // @unroll
        {
          sums[0u] = output_sums[(1u * ROUND_ELEMENTS + 0u) * BLOCK_HEADS + 0u];
        }
        head_rows[(team * ROUND_ELEMENTS + 0u) * LANES + lane] = head_row(sums);
      }
      {
        var sums = array<f32, BLOCK_PITCH>();
        // @unroll
        {
          sums[0u] = output_sums[(1u * ROUND_ELEMENTS + 1u) * BLOCK_HEADS + 0u];
        }
        head_rows[(team * ROUND_ELEMENTS + 1u) * LANES + lane] = head_row(sums);
      }
      {
        var sums = array<f32, BLOCK_PITCH>();
        // @unroll
        {
          sums[0u] = output_sums[(1u * ROUND_ELEMENTS + 2u) * BLOCK_HEADS + 0u];
        }
        head_rows[(team * ROUND_ELEMENTS + 2u) * LANES + lane] = head_row(sums);
      }
      {
        var sums = array<f32, BLOCK_PITCH>();
        // @unroll
        {
          sums[0u] = output_sums[(1u * ROUND_ELEMENTS + 3u) * BLOCK_HEADS + 0u];
        }
        head_rows[(team * ROUND_ELEMENTS + 3u) * LANES + lane] = head_row(sums);
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
      partials[first + 1u * ROUND_ELEMENTS * LANES + i] = sum;
    }
  }
}
// Sifting keeps key i of head h when score − log-sum-exp ≥ ln θ (Koley, Singhania, Bhatele, arXiv 2506.05300: p ≥ θ), and the
// exempt keys. A NaN keeps.
@group(0) @binding(4) var<storage, read> log_thresholds: array<f32>; // [batch, QUERY_HEADS]

var<private> own_thresholds: array<f32, BLOCK_HEADS>;

fn load_rule(first_head: u32, heads: u32) {
  // @unroll
  {
    own_thresholds[0u] = max(log_thresholds[first_head + min(0u, heads - 1u)], -3.0e38);
  }
}

fn keeps(h: u32, key: u32, visible: u32, score: f32, log_weight: f32) -> bool {
  return !(log_weight < own_thresholds[h]) || key < KEEP_FIRST || key + KEEP_LAST >= visible;
}
// partial[h] = Σ exp(score[h, i] − logSumExp[h]) · value[i] over the keys i that head h keeps, with the number of keys kept and
// the weight kept and dropped.
//
// grid: (parts, head blocks, sequences). A workgroup judges TILE keys at a time, each invocation those whose scores it
// holds. A key that some head keeps gets a place in a ring in workgroup memory, in the order of the keys: count within a
// team, sum over the teams, no atomics, so every run gives the same bits. As soon as the ring holds a full round of ROUND
// survivors, slots of LANES lanes read their value rows, ROWS in flight; what is left over waits for the next tile. The
// scores of the next tile travel meanwhile. Nothing is read for a dropped key.
const KEYS = TILE / WORKGROUP;
const ROUND = SLOTS * ROWS;
// Invocations of which BLOCK_PITCH hold the statistics of all after STAT_STEPS exchanges.
const STAT_UNIT = BLOCK_PITCH << STAT_STEPS;
// Invocations that share the statistics of one head, and parts that each reads at a time.
const STAT_ROWS = WORKGROUP / BLOCK_PITCH;
const AHEAD = 4u;
const LOWEST = -3.0e38;
const_assert STAT_UNIT == max(TEAM, BLOCK_PITCH);
const_assert TILE % WORKGROUP == 0u;
// Survivors that did not fill a round, and those of a tile.
const_assert RING >= TILE + ROUND && HEAD_ROWS >= RING;

@group(0) @binding(0) var<storage, read> values: array<KvWord>; // [slots, KV_HEADS, CAPACITY, WORDS]
@group(0) @binding(1) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(2) var<storage, read> scores: array<HeadRow>; // [batch, HEAD_BLOCKS, CAPACITY]
@group(0) @binding(3) var<storage, read> score_stats: array<vec2<f32>>; // [batch · HEAD_BLOCKS · score parts, BLOCK_PITCH]
@group(0) @binding(5) var<storage, read_write> partials: array<HeadRow>; // [batch · HEAD_BLOCKS · parts, PARTIAL]
@group(0) @binding(6) var<storage, read_write> partial_stats: array<f32>; // [batch · HEAD_BLOCKS · parts, 5, BLOCK_PITCH]

var<workgroup> ring_keys: array<u32, RING>;
var<workgroup> counts: array<u32, KEYS * TEAMS>;
var<workgroup> team_stats: array<f32, TEAMS * 3u * BLOCK_PITCH>;
var<workgroup> shared_log_sums: array<f32, BLOCK_PITCH>;

fn team_sum(value: f32) -> f32 {
  var sum = value;
  // @unroll
  {
    sum += lane_xor(sum, 1u << 0u);
  }
  {
    sum += lane_xor(sum, 1u << 1u);
  }
  {
    sum += lane_xor(sum, 1u << 2u);
  }
  {
    sum += lane_xor(sum, 1u << 3u);
  }
  return sum;
}

// ln Σ exp(score) of each head over all keys, into `shared_log_sums`, from what the workgroups of the score pass left: each
// invocation takes one head and a share of the parts.
fn share_log_sums(first_part: u32, parts: u32, local_index: u32) {
  var stat = vec2<f32>(LOWEST, 0.0);
  for (var first = local_index / BLOCK_PITCH; first < parts; first += AHEAD * STAT_ROWS) {
    // @unroll
    {
      let part = min(first + 0u * STAT_ROWS, parts - 1u);
      let other = score_stats[(first_part + part) * BLOCK_PITCH + local_index % BLOCK_PITCH];
      stat = merge_stats(stat, select(vec2<f32>(LOWEST, 0.0), other, first + 0u * STAT_ROWS < parts));
    }
    {
      let part = min(first + 1u * STAT_ROWS, parts - 1u);
      let other = score_stats[(first_part + part) * BLOCK_PITCH + local_index % BLOCK_PITCH];
      stat = merge_stats(stat, select(vec2<f32>(LOWEST, 0.0), other, first + 1u * STAT_ROWS < parts));
    }
    {
      let part = min(first + 2u * STAT_ROWS, parts - 1u);
      let other = score_stats[(first_part + part) * BLOCK_PITCH + local_index % BLOCK_PITCH];
      stat = merge_stats(stat, select(vec2<f32>(LOWEST, 0.0), other, first + 2u * STAT_ROWS < parts));
    }
    {
      let part = min(first + 3u * STAT_ROWS, parts - 1u);
      let other = score_stats[(first_part + part) * BLOCK_PITCH + local_index % BLOCK_PITCH];
      stat = merge_stats(stat, select(vec2<f32>(LOWEST, 0.0), other, first + 3u * STAT_ROWS < parts));
    }
  }
  // @unroll
  {
    stat = merge_stats(stat, vec2<f32>(lane_xor(stat.x, BLOCK_PITCH << 0u), lane_xor(stat.y, BLOCK_PITCH << 0u)));
  }
  {
    stat = merge_stats(stat, vec2<f32>(lane_xor(stat.x, BLOCK_PITCH << 1u), lane_xor(stat.y, BLOCK_PITCH << 1u)));
  }
  {
    stat = merge_stats(stat, vec2<f32>(lane_xor(stat.x, BLOCK_PITCH << 2u), lane_xor(stat.y, BLOCK_PITCH << 2u)));
  }
  {
    stat = merge_stats(stat, vec2<f32>(lane_xor(stat.x, BLOCK_PITCH << 3u), lane_xor(stat.y, BLOCK_PITCH << 3u)));
  }
  if (local_index % STAT_UNIT < BLOCK_PITCH) {
    let at = (local_index / STAT_UNIT * BLOCK_PITCH + local_index % STAT_UNIT) * 2u;
    team_stats[at] = stat.x;
    team_stats[at + 1u] = stat.y;
  }
  workgroupBarrier();
  if (local_index < BLOCK_PITCH) {
    var total = vec2<f32>(LOWEST, 0.0);
    // @unroll
    {
      let at = (0u * BLOCK_PITCH + local_index) * 2u;
      total = merge_stats(total, vec2<f32>(team_stats[at], team_stats[at + 1u]));
    }
    {
      let at = (1u * BLOCK_PITCH + local_index) * 2u;
      total = merge_stats(total, vec2<f32>(team_stats[at], team_stats[at + 1u]));
    }
    shared_log_sums[local_index] = total.x + log(total.y);
  }
  workgroupBarrier();
}

// A place in the ring, of one less than twice its length.
fn place_in_ring(place: u32) -> u32 {
  return select(place - RING, place, place < RING);
}

// Adds the value rows of up to ROUND survivors, from place `first` of the ring on.
fn add_round(first: u32, count: u32, row: u32, local_index: u32) {
  let lane = local_index % LANES;
  let slot = local_index / LANES;
  var words = array<KvWord, ROWS * LANE_WORDS>();
  // @unroll
  {
    let key = ring_keys[place_in_ring(first + min(0u * SLOTS + slot, count - 1u))];
    // @unroll
    {
      if (LANE_WORDS * LANES == WORDS || lane + 0u * LANES < WORDS) {
        words[0u * LANE_WORDS + 0u] = values[(row + key) * WORDS + lane + 0u * LANES];
      }
    }
    {
      if (LANE_WORDS * LANES == WORDS || lane + 1u * LANES < WORDS) {
        words[0u * LANE_WORDS + 1u] = values[(row + key) * WORDS + lane + 1u * LANES];
      }
    }
  }
  // @unroll
  {
    if (0u * SLOTS + slot < count) {
      let weights = head_rows[place_in_ring(first + 0u * SLOTS + slot)];
      // @unroll
      {
        add_word(0u, words[0u * LANE_WORDS + 0u], weights);
      }
      {
        add_word(1u, words[0u * LANE_WORDS + 1u], weights);
      }
    }
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>, input: LaneInput) {
  enter_lanes(input);
  let own = place_of(sequences[group.z], group.y);
  let tiles = (own.visible + TILE - 1u) / TILE;
  let pitch = part_pitch(ATTEND_WORKGROUPS, grid.z);
  let parts = part_count(own.visible, TILE, pitch);
  if (group.x >= parts) {
    return;
  }
  let local_index = input.local_index;
  let team = local_index / TEAM;
  let block_row = group.z * HEAD_BLOCKS + group.y;
  let first_score = block_row * CAPACITY;
  let last_key = own.visible - 1u;
  load_rule(group.z * QUERY_HEADS + own.head, own.heads);

  var score = array<HeadRow, KEYS>();
  var scale = array<f32, KEYS>();
  // @unroll
  {
    let key = min(group.x * TILE + 0u * WORKGROUP + local_index, last_key);
    score[0u] = scores[first_score + key];
    scale[0u] = value_scale(own.row + key);
  }
  let score_pitch = part_pitch(SCORE_WORKGROUPS, grid.z);
  let score_parts = part_count(own.visible, SCORE_CHUNK, score_pitch);
  share_log_sums(block_row * score_pitch, score_parts, local_index);
  var log_sums = array<f32, BLOCK_HEADS>();
  // @unroll
  {
    log_sums[0u] = shared_log_sums[0u];
  }

  var kept = array<f32, BLOCK_HEADS>();
  var kept_mass = array<f32, BLOCK_HEADS>();
  var dropped_mass = array<f32, BLOCK_HEADS>();
  var union_kept = 0u;
  // Place in the ring of the first survivor whose row was not read, and how many such there are.
  var first = 0u;
  var waiting = 0u;
  for (var tile = group.x; tile < tiles; tile += parts) {
    var place = array<u32, KEYS>();
    var survives = 0u;
    // @unroll
    {
      let key = tile * TILE + 0u * WORKGROUP + local_index;
      var any_kept = false;
      // @unroll
      {
        let log_weight = head_of(score[0u], 0u) - log_sums[0u];
        let weight = select(0.0, exp(log_weight), key < own.visible);
        let keep = key < own.visible && 0u < own.heads && keeps(0u, key, own.visible, head_of(score[0u], 0u), log_weight);
        any_kept = any_kept || keep;
        kept[0u] += select(0.0, 1.0, keep);
        if (SUM_KEPT) {
          kept_mass[0u] += select(0.0, weight, keep);
        }
        dropped_mass[0u] += select(weight, 0.0, keep);
      }
      survives |= u32(any_kept) << 0u;
      let flags = count_flags(any_kept);
      place[0u] = flags.x;
      if (local_index % TEAM == 0u) {
        counts[0u * TEAMS + team] = flags.y;
      }
    }
    workgroupBarrier();
    let waited = waiting;
    // @unroll
    {
      // @unroll
      {
        if (0u == team) {
          place[0u] += waiting;
        }
        waiting += counts[0u * TEAMS + 0u];
      }
      {
        if (1u == team) {
          place[0u] += waiting;
        }
        waiting += counts[0u * TEAMS + 1u];
      }
    }
    union_kept += waiting - waited;
    // @unroll
    {
      if ((survives & (1u << 0u)) != 0u) {
        let key = tile * TILE + 0u * WORKGROUP + local_index;
        var weights = array<f32, BLOCK_PITCH>();
        // @unroll
        {
          let log_weight = head_of(score[0u], 0u) - log_sums[0u];
          let keep = 0u < own.heads && keeps(0u, key, own.visible, head_of(score[0u], 0u), log_weight);
          weights[0u] = select(0.0, exp(log_weight) * scale[0u], keep);
        }
        let at = place_in_ring(first + place[0u]);
        ring_keys[at] = key;
        head_rows[at] = head_row(weights);
      }
    }
    let next = min(tile + parts, tiles - 1u);
    // @unroll
    {
      let key = min(next * TILE + 0u * WORKGROUP + local_index, last_key);
      score[0u] = scores[first_score + key];
      scale[0u] = value_scale(own.row + key);
    }
    workgroupBarrier();
    while (waiting >= ROUND) {
      add_round(first, ROUND, own.row, local_index);
      first = place_in_ring(first + ROUND);
      waiting -= ROUND;
    }
  }
  if (waiting > 0u) {
    add_round(first, waiting, own.row, local_index);
  }

  let part = block_row * pitch + group.x;
  write_partial(part * PARTIAL, local_index);
  // @unroll
  {
    let all_kept = team_sum(kept[0u]);
    let all_kept_mass = team_sum(kept_mass[0u]);
    let all_dropped_mass = team_sum(dropped_mass[0u]);
    if (local_index % TEAM == 0u) {
      team_stats[team * 3u * BLOCK_PITCH + 0u] = all_kept;
      team_stats[(team * 3u + 1u) * BLOCK_PITCH + 0u] = all_kept_mass;
      team_stats[(team * 3u + 2u) * BLOCK_PITCH + 0u] = all_dropped_mass;
    }
  }
  workgroupBarrier();
  if (local_index < 3u * BLOCK_PITCH) {
    var sum = 0.0;
    // @unroll
    {
      sum += team_stats[0u * 3u * BLOCK_PITCH + local_index];
    }
    {
      sum += team_stats[1u * 3u * BLOCK_PITCH + local_index];
    }
    partial_stats[part * 5u * BLOCK_PITCH + local_index] = sum;
  }
  if (local_index == 0u) {
    // @unroll
    {
      partial_stats[(part * 5u + 3u) * BLOCK_PITCH + 0u] = f32(union_kept);
      partial_stats[(part * 5u + 4u) * BLOCK_PITCH + 0u] = log_sums[0u];
    }
  }
}

