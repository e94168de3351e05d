const GROUP: u32 = 1u;
const KV_HEADS: u32 = 1u;
const QUERY_HEADS: u32 = 1u;
const HEAD_BLOCKS: u32 = 1u;
const BLOCKS: u32 = 1u;
const BLOCK_HEADS: u32 = 1u;
const BLOCK_PITCH: u32 = 1u;
const CAPACITY: u32 = 128u;
const HEAD_DIM: u32 = 32u;
const WORKGROUP: u32 = 64u;
const BIN_BITS: u32 = 8u;
const KEEP_FIRST: u32 = 0u;
const KEEP_LAST: u32 = 0u;
const FROM_LIGHTEST: bool = true;
const TEAM: u32 = 1u;
const TEAM_BITS: u32 = 0u;
const CUT_BIN_BITS: u32 = 8u;
const CACHED: u32 = 512u;
const SCORE_WORKGROUPS: u32 = 16u;
const SCORE_CHUNK: u32 = 8u;
// One number for each query head of a head block: here one head.
alias HeadRow = f32;

fn head_of(row: HeadRow, head: u32) -> f32 {
  return row;
}

fn head_row(values: array<f32, BLOCK_PITCH>) -> HeadRow {
  return values[0];
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
// The keys that a cut is looked for among, and which of them it is: the `wanted`-th from the heaviest down.
const EVERY = 0xffffffffu;

struct Span {
  // Number of the first visible key that counts, and how many count. Exempt keys do not.
  first: u32,
  keys: u32,
  wanted: u32,
  // False when the answer needs no search: nothing counts, or all of top-k's keys are kept.
  is_searched: bool,
}

// `rank` is k, or the place from the lightest key up when FROM_LIGHTEST.
fn span_of(rank: u32, visible: u32) -> Span {
  let keys = visible - min(visible, KEEP_FIRST + KEEP_LAST);
  if (FROM_LIGHTEST) {
    return Span(KEEP_FIRST, keys, keys - min(rank, max(keys, 1u) - 1u), keys > 0u);
  }
  return Span(KEEP_FIRST, keys, rank, 0u < rank && rank < keys);
}

// Where the list of a head's candidates lies: their count, how many of them lie up to the cut, then their key numbers.
fn list_of(row: u32, h: u32) -> u32 {
  return (row * BLOCK_PITCH + h) * (CAPACITY + 2u);
}
// Scores as whole numbers of the same order: −0 and 0 are one number, as they are one score.
fn rank_of(score: f32) -> u32 {
  let bits = bitcast<u32>(score);
  let positive = select(bits, 0u, bits == 0x80000000u);
  return positive ^ select(0x80000000u, 0xffffffffu, positive >> 31u == 1u);
}

fn score_of(rank: u32) -> f32 {
  return bitcast<f32>(rank ^ select(0xffffffffu, 0x80000000u, rank >> 31u == 1u));
}
// Sums over the invocations before one's own, in workgroup memory. Must be called in uniform control flow.
const_assert TEAM == 1u;

var<workgroup> partial_sums: array<u32, WORKGROUP>;

fn sum_before(value: u32, index: u32) -> u32 {
  var through = value;
  for (var distance = 1u; distance < WORKGROUP; distance *= 2u) {
    partial_sums[index] = through;
    workgroupBarrier();
    through += select(0u, partial_sums[max(index, distance) - distance], index >= distance);
    workgroupBarrier();
  }
  return through - value;
}

// The greatest value of a team of one.
fn team_max(value: u32) -> u32 {
  return value;
}
// The cut of one head among its candidates, by a search that narrows a range of whole numbers: count the candidates in
// CUT_BINS equal bins of the range, go on in the bin that the cut lies in. Demerits rise as scores fall, so that the cut is
// the `wanted`-th smallest; among equal scores the search goes on over key numbers.
const CUT_BINS = 1u << CUT_BIN_BITS;
const LANE_BINS = CUT_BINS / WORKGROUP;
const BATCH = 8u;
const_assert LANE_BINS * WORKGROUP == CUT_BINS;

// The range least..greatest, which of its numbers is wanted, from 1 on, and how many candidates lie in it.
struct Search {
  least: u32,
  greatest: u32,
  wanted: u32,
  candidates: u32,
}

// The demerit of the cut, and the last key of that score that is still above it: EVERY when none lies below.
struct Cut {
  demerit: u32,
  last_key: u32,
}

var<workgroup> cut_counts: array<atomic<u32>, CUT_BINS>;
var<workgroup> cached_demerits: array<u32, CACHED>;
var<workgroup> found: Search;
var<workgroup> greatest_demerit: atomic<u32>;
var<workgroup> greatest_merit: atomic<u32>;

// The head's list of candidates, how long it is, the row's first score, and the head's place in the block.
var<private> own_list: u32;
var<private> own_length: u32;
var<private> own_scores: u32;
var<private> own_h: u32;

fn key_of(candidate: u32) -> u32 {
  return candidates[own_list + 2u + candidate];
}

fn read_demerit(candidate: u32) -> u32 {
  return ~rank_of(head_of(scores[own_scores + key_of(candidate)], own_h));
}

fn demerit_of(candidate: u32) -> u32 {
  if (candidate < CACHED) {
    return cached_demerits[candidate];
  }
  return read_demerit(candidate);
}

// The range of all candidates' demerits. BATCH candidates of each invocation are in flight.
fn widest_search(index: u32) -> Search {
  own_length = candidates[own_list];
  let wanted = candidates[own_list + 1u];
  var merit = 0u;
  var demerit = 0u;
  for (var start = index; start < own_length; start += WORKGROUP * BATCH) {
    var demerits = array<u32, BATCH>();
    // @unroll
    {
      demerits[0u] = read_demerit(min(start + 0u * WORKGROUP, own_length - 1u));
    }
    {
      demerits[1u] = read_demerit(min(start + 1u * WORKGROUP, own_length - 1u));
    }
    {
      demerits[2u] = read_demerit(min(start + 2u * WORKGROUP, own_length - 1u));
    }
    {
      demerits[3u] = read_demerit(min(start + 3u * WORKGROUP, own_length - 1u));
    }
    {
      demerits[4u] = read_demerit(min(start + 4u * WORKGROUP, own_length - 1u));
    }
    {
      demerits[5u] = read_demerit(min(start + 5u * WORKGROUP, own_length - 1u));
    }
    {
      demerits[6u] = read_demerit(min(start + 6u * WORKGROUP, own_length - 1u));
    }
    {
      demerits[7u] = read_demerit(min(start + 7u * WORKGROUP, own_length - 1u));
    }
    // @unroll
    {
      merit = max(merit, ~demerits[0u]);
      demerit = max(demerit, demerits[0u]);
      if (start + 0u * WORKGROUP < CACHED) {
        cached_demerits[start + 0u * WORKGROUP] = demerits[0u];
      }
    }
    {
      merit = max(merit, ~demerits[1u]);
      demerit = max(demerit, demerits[1u]);
      if (start + 1u * WORKGROUP < CACHED) {
        cached_demerits[start + 1u * WORKGROUP] = demerits[1u];
      }
    }
    {
      merit = max(merit, ~demerits[2u]);
      demerit = max(demerit, demerits[2u]);
      if (start + 2u * WORKGROUP < CACHED) {
        cached_demerits[start + 2u * WORKGROUP] = demerits[2u];
      }
    }
    {
      merit = max(merit, ~demerits[3u]);
      demerit = max(demerit, demerits[3u]);
      if (start + 3u * WORKGROUP < CACHED) {
        cached_demerits[start + 3u * WORKGROUP] = demerits[3u];
      }
    }
    {
      merit = max(merit, ~demerits[4u]);
      demerit = max(demerit, demerits[4u]);
      if (start + 4u * WORKGROUP < CACHED) {
        cached_demerits[start + 4u * WORKGROUP] = demerits[4u];
      }
    }
    {
      merit = max(merit, ~demerits[5u]);
      demerit = max(demerit, demerits[5u]);
      if (start + 5u * WORKGROUP < CACHED) {
        cached_demerits[start + 5u * WORKGROUP] = demerits[5u];
      }
    }
    {
      merit = max(merit, ~demerits[6u]);
      demerit = max(demerit, demerits[6u]);
      if (start + 6u * WORKGROUP < CACHED) {
        cached_demerits[start + 6u * WORKGROUP] = demerits[6u];
      }
    }
    {
      merit = max(merit, ~demerits[7u]);
      demerit = max(demerit, demerits[7u]);
      if (start + 7u * WORKGROUP < CACHED) {
        cached_demerits[start + 7u * WORKGROUP] = demerits[7u];
      }
    }
  }
  let team_merit = team_max(merit);
  let team_demerit = team_max(demerit);
  if (index % TEAM == 0u) {
    atomicMax(&greatest_merit, team_merit);
    atomicMax(&greatest_demerit, team_demerit);
  }
  workgroupBarrier();
  if (index == 0u) {
    found = Search(~atomicLoad(&greatest_merit), atomicLoad(&greatest_demerit), wanted, own_length);
  }
  return workgroupUniformLoad(&found);
}

fn count(search: Search, number: u32, shift: u32) {
  if (search.least <= number && number <= search.greatest) {
    atomicAdd(&cut_counts[(number - search.least) >> shift], 1u);
  }
}

// The bin that the wanted number lies in, as a search of its own; the counts are zero again behind it.
fn narrow(search: Search, shift: u32, index: u32) -> Search {
  var counts = array<u32, LANE_BINS>();
  var own = 0u;
  // @unroll
  {
    counts[0u] = atomicExchange(&cut_counts[index * LANE_BINS + 0u], 0u);
    own += counts[0u];
  }
  {
    counts[1u] = atomicExchange(&cut_counts[index * LANE_BINS + 1u], 0u);
    own += counts[1u];
  }
  {
    counts[2u] = atomicExchange(&cut_counts[index * LANE_BINS + 2u], 0u);
    own += counts[2u];
  }
  {
    counts[3u] = atomicExchange(&cut_counts[index * LANE_BINS + 3u], 0u);
    own += counts[3u];
  }
  let before = sum_before(own, index);
  if (before < search.wanted && search.wanted <= before + own) {
    var left = search.wanted - before;
    var bin = index * LANE_BINS;
    var count = counts[0];
    // @unroll
    {
      let is_past = (left > count) & (bin == index * LANE_BINS + 1u - 1u);
      left -= select(0u, count, is_past);
      bin += select(0u, 1u, is_past);
      count = select(count, counts[1u], is_past);
    }
    {
      let is_past = (left > count) & (bin == index * LANE_BINS + 2u - 1u);
      left -= select(0u, count, is_past);
      bin += select(0u, 1u, is_past);
      count = select(count, counts[2u], is_past);
    }
    {
      let is_past = (left > count) & (bin == index * LANE_BINS + 3u - 1u);
      left -= select(0u, count, is_past);
      bin += select(0u, 1u, is_past);
      count = select(count, counts[3u], is_past);
    }
    let least = search.least + (bin << shift);
    found = Search(least, least + min((1u << shift) - 1u, search.greatest - least), left, count);
  }
  return workgroupUniformLoad(&found);
}

// Two searches over 32 bits, at least one bit a round.
const MOST_ROUNDS = 64u;

// Narrows until one demerit is left, and when some keys of it lie below the cut, until one of those keys is left.
fn search_cut(row: u32, h: u32, span: Span, index: u32) -> Cut {
  own_list = list_of(row, h);
  own_scores = row * CAPACITY;
  own_h = h;
  var search = widest_search(index);
  var among_equals = false;
  var cut = Cut(0u, EVERY);
  // Each round narrows the range; a step whose longest context is too small has counted keys missing, and must end too.
  for (var round = 0u; round < MOST_ROUNDS; round++) {
    if (search.wanted - 1u >= search.candidates) {
      break;
    }
    if (search.least == search.greatest) {
      if (among_equals) {
        cut.last_key = search.least;
        break;
      }
      cut.demerit = search.least;
      if (search.wanted == search.candidates) {
        break;
      }
      among_equals = true;
      search.least = span.first;
      search.greatest = span.first + span.keys - 1u;
    }
    let bits = 32u - countLeadingZeros(search.greatest - search.least);
    let shift = max(bits, CUT_BIN_BITS) - CUT_BIN_BITS;
    for (var candidate = index; candidate < own_length; candidate += WORKGROUP) {
      let demerit = demerit_of(candidate);
      if (!among_equals) {
        count(search, demerit, shift);
      } else if (demerit == cut.demerit) {
        count(search, key_of(candidate), shift);
      }
    }
    workgroupBarrier();
    search = narrow(search, shift, index);
  }
  return cut;
}

// Leaves the head's histogram and list as the next selection wants to find them.
fn clear(row: u32, h: u32, index: u32) {
  for (var b = index; b < 1u << BIN_BITS; b += WORKGROUP) {
    histograms[((row * BLOCK_PITCH + h) << BIN_BITS) + b] = 0u;
  }
  if (index == 0u) {
    candidates[list_of(row, h)] = 0u;
  }
}
// quantiles[h] = score of the key at the place `rank` from the lightest up − logSumExp: the logarithm of its weight. NaN when
// every key is exempt.
//
// grid: (heads of a block, head blocks, sequences), one head per workgroup: few candidates are left.
const NOT_A_NUMBER = 0x7fc00000u;

@group(0) @binding(0) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(1) var<storage, read> scores: array<HeadRow>; // [batch, HEAD_BLOCKS, CAPACITY]
@group(0) @binding(2) var<storage, read> score_stats: array<vec2<f32>>; // [batch · HEAD_BLOCKS · score parts, BLOCK_PITCH]
@group(0) @binding(3) var<storage, read_write> histograms: array<u32>; // [batch, HEAD_BLOCKS, BLOCK_PITCH, BINS]
@group(0) @binding(4) var<storage, read_write> candidates: array<u32>; // [batch, HEAD_BLOCKS, BLOCK_PITCH, CAPACITY + 2]
@group(0) @binding(5) var<storage, read_write> quantiles: array<u32>; // [batch, QUERY_HEADS], bits of f32: a shader's NaN may be lost

var<workgroup> stats: array<vec2<f32>, WORKGROUP>;

fn merge_stats(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  let top = max(a.x, b.x);
  return vec2<f32>(top, a.y * exp(a.x - top) + b.y * exp(b.x - top));
}

// ln Σ exp(score) of one head, from the statistics that the score pass left.
fn log_sum_exp(row: u32, h: u32, visible: u32, sequences: u32, index: u32) -> f32 {
  let pitch = part_pitch(SCORE_WORKGROUPS, sequences);
  let parts = part_count(visible, SCORE_CHUNK, pitch);
  var own = vec2<f32>(-3.0e38, 0.0);
  for (var part = index; part < parts; part += WORKGROUP) {
    own = merge_stats(own, score_stats[(row * pitch + part) * BLOCK_PITCH + h]);
  }
  stats[index] = own;
  workgroupBarrier();
  for (var width = WORKGROUP / 2u; width > 0u; width /= 2u) {
    if (index < width) {
      stats[index] = merge_stats(stats[index], stats[index + width]);
    }
    workgroupBarrier();
  }
  return stats[0].x + log(stats[0].y);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let own = place_of(sequences[group.z], group.y);
  if (group.x >= own.heads) {
    return;
  }
  let span = span_of(sequences[group.z].w, own.visible);
  let head = group.z * QUERY_HEADS + own.head + group.x;
  if (!span.is_searched) {
    if (index == 0u) {
      quantiles[head] = NOT_A_NUMBER;
    }
    return;
  }
  let row = group.z * HEAD_BLOCKS + group.y;
  let sum = log_sum_exp(row, group.x, own.visible, grid.z, index);
  let cut = search_cut(row, group.x, span, index);
  clear(row, group.x, index);
  if (index == 0u) {
    quantiles[head] = bitcast<u32>(score_of(~cut.demerit) - sum);
  }
}

