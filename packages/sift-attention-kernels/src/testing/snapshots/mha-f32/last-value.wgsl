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
// value_sums[d] += value[newest, d] − value[first − 1, d]: the row that has just been cached comes in, and when rows before the
// first visible one exist, the one before it goes out. A sequence of one visible row starts anew.
//
// grid: (1, KV heads, sequences), a word of the row per invocation.
const WORDS = HEAD_DIM / KV_WIDTH;

@group(0) @binding(0) var<storage, read> values: array<KvWord>; // [slots, KV_HEADS, CAPACITY, WORDS]
@group(0) @binding(1) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(2) var<storage, read_write> value_sums: array<f32>; // [slots, KV_HEADS, HEAD_DIM]

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let sequence = sequences[group.z];
  let own = place_of(sequence, group.y);
  let first = (sequence.x * KV_HEADS + group.y) * HEAD_DIM;
  let newest_row = own.row + own.visible - 1u;
  let gone_row = own.row - min(sequence.y, 1u);
  let newest_scale = value_scale(newest_row);
  let gone_scale = value_scale(gone_row);
  for (var word = index; word < WORDS; word += WORKGROUP) {
    let newest = unpack_kv(values[newest_row * WORDS + word]);
    let gone = unpack_kv(values[gone_row * WORDS + word]);
    // @unroll
    {
      let at = first + word * KV_WIDTH + 0u;
      let rest = value_sums[at] - select(0.0, gone[0u] * gone_scale, sequence.y > 0u);
      value_sums[at] = newest[0u] * newest_scale + select(rest, 0.0, own.visible == 1u);
    }
    {
      let at = first + word * KV_WIDTH + 1u;
      let rest = value_sums[at] - select(0.0, gone[1u] * gone_scale, sequence.y > 0u);
      value_sums[at] = newest[1u] * newest_scale + select(rest, 0.0, own.visible == 1u);
    }
    {
      let at = first + word * KV_WIDTH + 2u;
      let rest = value_sums[at] - select(0.0, gone[2u] * gone_scale, sequence.y > 0u);
      value_sums[at] = newest[2u] * newest_scale + select(rest, 0.0, own.visible == 1u);
    }
    {
      let at = first + word * KV_WIDTH + 3u;
      let rest = value_sums[at] - select(0.0, gone[3u] * gone_scale, sequence.y > 0u);
      value_sums[at] = newest[3u] * newest_scale + select(rest, 0.0, own.visible == 1u);
    }
  }
}

