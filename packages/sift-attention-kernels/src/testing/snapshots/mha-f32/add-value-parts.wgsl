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
const COLUMNS: u32 = 16u;
const PART_ROWS: u32 = 2u;
const VALUE_WORKGROUPS: u32 = 16u;
const VALUE_CHUNK: u32 = 16u;
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
// value_sums[d] = Σ partial[part, d] over the parts of a sequence.
//
// grid: (blocks of COLUMNS dimensions, KV heads, sequences). PART_ROWS invocations of each dimension take every
// PART_ROWS-th part, and their sums are added up in their order.
const_assert WORKGROUP == COLUMNS * PART_ROWS;

@group(0) @binding(0) var<storage, read> partials: array<f32>; // [batch · KV_HEADS · parts, HEAD_DIM]
@group(0) @binding(1) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(2) var<storage, read_write> value_sums: array<f32>; // [slots, KV_HEADS, HEAD_DIM]

var<workgroup> row_sums: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let sequence = sequences[group.z];
  let pitch = part_pitch(VALUE_WORKGROUPS, grid.z);
  let parts = part_count(sequence.z - sequence.y, VALUE_CHUNK, pitch);
  let first = (group.z * KV_HEADS + group.y) * pitch;
  let dim = group.x * COLUMNS + index % COLUMNS;
  var sum = 0.0;
  for (var part = index / COLUMNS; part < parts; part += PART_ROWS) {
    sum += partials[(first + part) * HEAD_DIM + min(dim, HEAD_DIM - 1u)];
  }
  row_sums[index] = sum;
  workgroupBarrier();
  if (index < COLUMNS && dim < HEAD_DIM) {
    // @unroll
    {
      sum += row_sums[1u * COLUMNS + index];
    }
    value_sums[(sequence.x * KV_HEADS + group.y) * HEAD_DIM + dim] = sum;
  }
}

