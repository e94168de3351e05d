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
const FROM_LIGHTEST: bool = false;
const ROUNDS: u32 = 2u;
const SELECT_WORKGROUPS: u32 = 8u;
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
// bin[h, i] = the leading bits of d = greatest[h] − score[h, i], so that bins are the finer the nearer they lie to the
// greatest score: 16 octaves of d from 2^-8 to 2^8, each in BINS / 16 equal bins; what lies outside falls into the first
// or the last one. A subtraction is all the arithmetic there is: every kernel gets the same bins, and no score over
// another one gets a later bin.
const BINS = 1u << BIN_BITS;
const OCTAVE_BITS = 4u;
const DROPPED_BITS = 23u - (BIN_BITS - OCTAVE_BITS);
const FIRST_BIN = bitcast<i32>(0.00390625f) >> DROPPED_BITS;
const TILE = WORKGROUP * ROUNDS;

var<workgroup> greatest_ranks: array<atomic<u32>, BLOCK_PITCH>;

fn bin_of(score: f32, greatest: f32) -> u32 {
  let bin = bitcast<i32>(greatest - score) >> DROPPED_BITS;
  return u32(clamp(bin - FIRST_BIN, 0, i32(BINS) - 1));
}

// The greatest scores of a head block, from what the score pass left. The caller puts a barrier behind.
fn find_greatest(row: u32, visible: u32, sequences: u32, index: u32) {
  let pitch = part_pitch(SCORE_WORKGROUPS, sequences);
  let parts = part_count(visible, SCORE_CHUNK, pitch);
  for (var i = index; i < parts * BLOCK_PITCH; i += WORKGROUP) {
    atomicMax(&greatest_ranks[i % BLOCK_PITCH], rank_of(score_stats[row * pitch * BLOCK_PITCH + i].x));
  }
}

fn greatest_row() -> array<f32, BLOCK_HEADS> {
  var row = array<f32, BLOCK_HEADS>();
  // @unroll
  {
    row[0u] = score_of(atomicLoad(&greatest_ranks[0u]));
  }
  return row;
}

// The scores of every WORKGROUP-th key from `key` on; past the last key its own.
fn load_tile(first: u32, key: u32, keys: u32) -> array<HeadRow, ROUNDS> {
  var rows = array<HeadRow, ROUNDS>();
  // @unroll
  {
    rows[0u] = scores[first + min(key + 0u * WORKGROUP, keys - 1u)];
  }
  {
    rows[1u] = scores[first + min(key + 1u * WORKGROUP, keys - 1u)];
  }
  return rows;
}
// histogram[h, b] = how many of the keys that count have their score in bin b, for the heads h of a block.
//
// grid: (parts, head blocks, sequences). A workgroup counts in its own memory and adds what it counted to the histogram,
// which starts and ends every selection at zero. Scores of the next tile travel while this one is counted.
@group(0) @binding(0) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(1) var<storage, read> scores: array<HeadRow>; // [batch, HEAD_BLOCKS, CAPACITY]
@group(0) @binding(2) var<storage, read> score_stats: array<vec2<f32>>; // [batch · HEAD_BLOCKS · score parts, BLOCK_PITCH]
@group(0) @binding(3) var<storage, read_write> histograms: array<atomic<u32>>; // [batch, HEAD_BLOCKS, BLOCK_PITCH, BINS]

var<workgroup> counts: array<atomic<u32>, BLOCK_HEADS * BINS>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let own = place_of(sequences[group.z], group.y);
  let span = span_of(sequences[group.z].w, own.visible);
  let parts = part_count(span.keys, TILE, part_pitch(SELECT_WORKGROUPS, grid.z));
  if (group.x >= parts || !span.is_searched) {
    return;
  }
  let row = group.z * HEAD_BLOCKS + group.y;
  let first = row * CAPACITY + span.first;
  var next = load_tile(first, group.x * TILE + index, span.keys);
  find_greatest(row, own.visible, grid.z, index);
  workgroupBarrier();
  let greatest = greatest_row();
  for (var key = group.x * TILE + index; key < span.keys; key += parts * TILE) {
    let rows = next;
    next = load_tile(first, key + parts * TILE, span.keys);
    // @unroll
    {
      // @unroll
      {
        let is_here = (key + 0u * WORKGROUP < span.keys) & (0u < own.heads);
        atomicAdd(&counts[0u * BINS + bin_of(head_of(rows[0u], 0u), greatest[0u])], select(0u, 1u, is_here));
      }
    }
    {
      // @unroll
      {
        let is_here = (key + 1u * WORKGROUP < span.keys) & (0u < own.heads);
        atomicAdd(&counts[0u * BINS + bin_of(head_of(rows[1u], 0u), greatest[0u])], select(0u, 1u, is_here));
      }
    }
  }
  workgroupBarrier();
  for (var i = index; i < BLOCK_HEADS * BINS; i += WORKGROUP) {
    let count = atomicLoad(&counts[i]);
    if (count > 0u) {
      atomicAdd(&histograms[row * BLOCK_PITCH * BINS + i], count);
    }
  }
}

