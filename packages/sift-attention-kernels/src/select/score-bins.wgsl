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
  for (var h = 0u; h < BLOCK_HEADS; h++) {
    row[h] = score_of(atomicLoad(&greatest_ranks[h]));
  }
  return row;
}

// The scores of every WORKGROUP-th key from `key` on; past the last key its own.
fn load_tile(first: u32, key: u32, keys: u32) -> array<HeadRow, ROUNDS> {
  var rows = array<HeadRow, ROUNDS>();
  // @unroll
  for (var r = 0u; r < ROUNDS; r++) {
    rows[r] = scores[first + min(key + r * WORKGROUP, keys - 1u)];
  }
  return rows;
}
