// scores[h, i] = scale · dot(query[h], key[i]) for the query heads h of a block and the visible keys i, and the maximum and
// the sum of exponentials of each part, as scores.wgsl computes them, by products of matrices: [16 keys, 16 dimensions] of
// f16 as they lie in memory, times [16 dimensions, COLUMNS], summed in f32.
//
// A scaled query q is split into two columns, q · 2^s = high + low, each a number of f16: products of two of those are exact
// in f32. The power of two brings the head's greatest |q| to [2^14, 2^15), so that no finite query overflows and
// |q − (high + low) / 2^s| ≤ 2^-22 |q| + 2^-28 max |q| even where f16 has no subnormal numbers.
//
// grid: (parts, head blocks, sequences). A subgroup takes TILES tiles of 16 keys at a time. Their products leave the registers
// free for the next ones, which travel while the sums go through workgroup memory to the lanes that add high and low: two
// pieces of it take turns, so that one barrier a round is enough.
const STEPS = HEAD_DIM / 16u;
const SLOTS = WORKGROUP / SUBGROUP;
const SLOT_KEYS = TILES * 16u;
const SLOT_SUMS = SLOT_KEYS * COLUMNS;
const SUMS = 2u * SLOTS * SLOT_SUMS;
const CHUNK = SLOTS * SLOT_KEYS;
const ITEMS = SLOT_KEYS * BLOCK_PITCH;
const LANE_ITEMS = (ITEMS + SUBGROUP - 1u) / SUBGROUP;
const LOWEST = -3.0e38;
const MASKED = -3.4e38; // so far under LOWEST that its exponential is 0
const GREATEST_EXPONENT = 141; // that of f32 numbers in [2^14, 2^15)
const_assert HEAD_DIM % 16u == 0u;
const_assert WORKGROUP % SUBGROUP == 0u && SUBGROUP % BLOCK_PITCH == 0u;
const_assert 2u * BLOCK_PITCH <= COLUMNS;

@group(0) @binding(0) var<storage, read> queries: array<f32>; // [batch, QUERY_HEADS, HEAD_DIM]
@group(0) @binding(2) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(3) var<storage, read_write> scores: array<f32>; // [batch, HEAD_BLOCKS, CAPACITY, BLOCK_PITCH]
@group(0) @binding(4) var<storage, read_write> score_stats: array<vec2<f32>>; // [batch · HEAD_BLOCKS · parts, BLOCK_PITCH]

var<workgroup> tops: array<atomic<u32>, BLOCK_PITCH>; // bits of max |q|, which are in the order of the numbers
var<workgroup> stats: array<vec2<f32>, WORKGROUP>;

fn power_of_two(exponent: i32) -> f32 {
  return bitcast<f32>(u32(exponent + 127) << 23u);
}

// s of a head, clamped to where 2^s and 2^-s are normal numbers.
fn shift_of(head: u32) -> i32 {
  return min(GREATEST_EXPONENT - i32(atomicLoad(&tops[head]) >> 23u), 126);
}

// Fills the columns: head h in column h (high) and BLOCK_PITCH + h (low). What is left stays 0.
fn split_queries(first_query: u32, heads: u32, local_index: u32) {
  for (var h = 0u; h < heads; h++) {
    var top = 0.0;
    for (var dim = local_index; dim < HEAD_DIM; dim += WORKGROUP) {
      top = max(top, abs(SCALE * queries[(first_query + h) * HEAD_DIM + dim]));
    }
    atomicMax(&tops[h], bitcast<u32>(top));
  }
  workgroupBarrier();
  for (var h = 0u; h < heads; h++) {
    let power = power_of_two(shift_of(h));
    for (var dim = local_index; dim < HEAD_DIM; dim += WORKGROUP) {
      let query = SCALE * queries[(first_query + h) * HEAD_DIM + dim] * power;
      let high = narrow(query);
      query_columns[h * HEAD_DIM + dim] = high;
      query_columns[(BLOCK_PITCH + h) * HEAD_DIM + dim] = narrow(query - f32(high));
    }
  }
  workgroupBarrier();
}

// The cache row that the tiles of a slot are read from: they never begin past the last visible key nor end past the buffer.
fn tile_row(own: Place, first_key: u32, rows: u32) -> u32 {
  return min(own.row + min(first_key, own.visible - 1u), rows - SLOT_KEYS);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local_index: u32,
) {
  let own = place_of(sequences[group.z], group.y);
  let pitch = part_pitch(SCORE_WORKGROUPS, grid.z);
  let parts = part_count(own.visible, SCORE_CHUNK, pitch);
  if (group.x >= parts) {
    return;
  }
  split_queries(group.z * QUERY_HEADS + own.head, own.heads, local_index);

  let lane = local_index % SUBGROUP;
  let slot = local_index / SUBGROUP;
  let head = lane % BLOCK_PITCH;
  let inverse_power = power_of_two(-shift_of(head));
  let first_score = (group.z * HEAD_BLOCKS + group.y) * CAPACITY;
  let rows = key_rows();
  let chunks = (own.visible + CHUNK - 1u) / CHUNK;

  var query_tiles = array<QueryTile, STEPS>();
  // @unroll
  for (var s = 0u; s < STEPS; s++) {
    query_tiles[s] = load_queries(s * 16u);
  }
  var key_tiles = array<KeyTile, TILES * STEPS>();
  var row = tile_row(own, (group.x * SLOTS + slot) * SLOT_KEYS, rows);
  // @unroll
  for (var t = 0u; t < TILES; t++) {
    // @unroll
    for (var s = 0u; s < STEPS; s++) {
      key_tiles[t * STEPS + s] = load_keys((row + t * 16u) * HEAD_DIM + s * 16u);
    }
  }

  var running = vec2<f32>(LOWEST, 0.0);
  var piece = 0u;
  for (var chunk = group.x; chunk < chunks; chunk += parts) {
    let first_key = (chunk * SLOTS + slot) * SLOT_KEYS;
    let read_key = row - own.row; // wraps around where the rows were moved in front of the first visible one
    var sums = array<SumTile, TILES>();
    // @unroll
    for (var s = 0u; s < STEPS; s++) {
      // @unroll
      for (var t = 0u; t < TILES; t++) {
        sums[t] = multiply_add(key_tiles[t * STEPS + s], query_tiles[s], sums[t]);
      }
    }
    if (chunk + parts < chunks) {
      row = tile_row(own, first_key + parts * CHUNK, rows);
      // @unroll
      for (var t = 0u; t < TILES; t++) {
        // @unroll
        for (var s = 0u; s < STEPS; s++) {
          key_tiles[t * STEPS + s] = load_keys((row + t * 16u) * HEAD_DIM + s * 16u);
        }
      }
    }
    let first_sum = (piece * SLOTS + slot) * SLOT_SUMS;
    // @unroll
    for (var t = 0u; t < TILES; t++) {
      store_sums(first_sum + t * 16u * COLUMNS, sums[t]);
    }
    piece = 1u - piece;
    workgroupBarrier();

    var lane_scores = array<f32, LANE_ITEMS>();
    var top = running.x;
    // @unroll
    for (var j = 0u; j < LANE_ITEMS; j++) {
      let item = j * SUBGROUP + lane;
      let key = read_key + item / BLOCK_PITCH;
      lane_scores[j] = MASKED;
      if (item < ITEMS && key >= first_key && key < own.visible) {
        let sum = first_sum + item / BLOCK_PITCH * COLUMNS + head;
        lane_scores[j] = (shared_sums[sum] + shared_sums[sum + BLOCK_PITCH]) * inverse_power;
        scores[(first_score + key) * BLOCK_PITCH + head] = lane_scores[j];
      }
      top = max(top, lane_scores[j]);
    }
    running = vec2<f32>(top, running.y * exp(running.x - top));
    // @unroll
    for (var j = 0u; j < LANE_ITEMS; j++) {
      running.y += exp(lane_scores[j] - top);
    }
  }

  stats[local_index] = running;
  workgroupBarrier();
  for (var width = WORKGROUP / 2u; width >= BLOCK_PITCH; width /= 2u) {
    for (var i = local_index; i < width; i += WORKGROUP) {
      stats[i] = merge_stats(stats[i], stats[i + width]);
    }
    workgroupBarrier();
  }
  if (local_index < BLOCK_PITCH) {
    let part = (group.z * HEAD_BLOCKS + group.y) * pitch + group.x;
    score_stats[part * BLOCK_PITCH + local_index] = stats[local_index];
  }
}
