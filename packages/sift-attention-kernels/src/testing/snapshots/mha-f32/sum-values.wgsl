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
const ROWS: u32 = 4u;
const VALUE_WORKGROUPS: u32 = 16u;
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
// partial[part, d] = Σ value[i, d] over the visible keys i of a part.
//
// grid: (parts, KV heads, sequences). WORDS invocations read a row side by side, SLOTS rows at a time and ROWS of them in
// flight each; at the end the slots are added up in their order, so that every run gives the same bits.
const WORDS = HEAD_DIM / KV_WIDTH;
const SLOTS = WORKGROUP / WORDS;
const CHUNK = SLOTS * ROWS;
const_assert SLOTS > 0u;

@group(0) @binding(0) var<storage, read> values: array<KvWord>; // [slots, KV_HEADS, CAPACITY, WORDS]
@group(0) @binding(1) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(2) var<storage, read_write> partials: array<f32>; // [batch · KV_HEADS · parts, HEAD_DIM]

var<workgroup> slot_sums: array<f32, SLOTS * HEAD_DIM>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let own = place_of(sequences[group.z], group.y);
  let pitch = part_pitch(VALUE_WORKGROUPS, grid.z);
  let parts = part_count(own.visible, CHUNK, pitch);
  if (group.x >= parts) {
    return;
  }
  let slot = index / WORDS;
  let word = index % WORDS;
  var sums = array<f32, KV_WIDTH>();
  for (var chunk = group.x; chunk * CHUNK < own.visible; chunk += parts) {
    var words = array<KvWord, ROWS>();
    var scale = array<f32, ROWS>();
    // @unroll
    {
      let key = chunk * CHUNK + 0u * SLOTS + slot;
      let row = own.row + min(key, own.visible - 1u);
      words[0u] = values[row * WORDS + word];
      scale[0u] = value_scale(row);
    }
    {
      let key = chunk * CHUNK + 1u * SLOTS + slot;
      let row = own.row + min(key, own.visible - 1u);
      words[1u] = values[row * WORDS + word];
      scale[1u] = value_scale(row);
    }
    {
      let key = chunk * CHUNK + 2u * SLOTS + slot;
      let row = own.row + min(key, own.visible - 1u);
      words[2u] = values[row * WORDS + word];
      scale[2u] = value_scale(row);
    }
    {
      let key = chunk * CHUNK + 3u * SLOTS + slot;
      let row = own.row + min(key, own.visible - 1u);
      words[3u] = values[row * WORDS + word];
      scale[3u] = value_scale(row);
    }
    // @unroll
    {
      let is_here = chunk * CHUNK + 0u * SLOTS + slot < own.visible;
      let value = unpack_kv(words[0u]);
      // @unroll
      {
        sums[0u] += select(0.0, value[0u] * scale[0u], is_here);
      }
      {
        sums[1u] += select(0.0, value[1u] * scale[0u], is_here);
      }
      {
        sums[2u] += select(0.0, value[2u] * scale[0u], is_here);
      }
      {
        sums[3u] += select(0.0, value[3u] * scale[0u], is_here);
      }
    }
    {
      let is_here = chunk * CHUNK + 1u * SLOTS + slot < own.visible;
      let value = unpack_kv(words[1u]);
      // @unroll
      {
        sums[0u] += select(0.0, value[0u] * scale[1u], is_here);
      }
      {
        sums[1u] += select(0.0, value[1u] * scale[1u], is_here);
      }
      {
        sums[2u] += select(0.0, value[2u] * scale[1u], is_here);
      }
      {
        sums[3u] += select(0.0, value[3u] * scale[1u], is_here);
      }
    }
    {
      let is_here = chunk * CHUNK + 2u * SLOTS + slot < own.visible;
      let value = unpack_kv(words[2u]);
      // @unroll
      {
        sums[0u] += select(0.0, value[0u] * scale[2u], is_here);
      }
      {
        sums[1u] += select(0.0, value[1u] * scale[2u], is_here);
      }
      {
        sums[2u] += select(0.0, value[2u] * scale[2u], is_here);
      }
      {
        sums[3u] += select(0.0, value[3u] * scale[2u], is_here);
      }
    }
    {
      let is_here = chunk * CHUNK + 3u * SLOTS + slot < own.visible;
      let value = unpack_kv(words[3u]);
      // @unroll
      {
        sums[0u] += select(0.0, value[0u] * scale[3u], is_here);
      }
      {
        sums[1u] += select(0.0, value[1u] * scale[3u], is_here);
      }
      {
        sums[2u] += select(0.0, value[2u] * scale[3u], is_here);
      }
      {
        sums[3u] += select(0.0, value[3u] * scale[3u], is_here);
      }
    }
  }
  if (slot < SLOTS) {
    // @unroll
    {
      slot_sums[slot * HEAD_DIM + word * KV_WIDTH + 0u] = sums[0u];
    }
    {
      slot_sums[slot * HEAD_DIM + word * KV_WIDTH + 1u] = sums[1u];
    }
    {
      slot_sums[slot * HEAD_DIM + word * KV_WIDTH + 2u] = sums[2u];
    }
    {
      slot_sums[slot * HEAD_DIM + word * KV_WIDTH + 3u] = sums[3u];
    }
  }
  workgroupBarrier();
  let first = ((group.z * KV_HEADS + group.y) * pitch + group.x) * HEAD_DIM;
  for (var dim = index; dim < HEAD_DIM; dim += WORKGROUP) {
    var sum = 0.0;
    // @unroll
    {
      sum += slot_sums[0u * HEAD_DIM + dim];
    }
    {
      sum += slot_sums[1u * HEAD_DIM + dim];
    }
    {
      sum += slot_sums[2u * HEAD_DIM + dim];
    }
    {
      sum += slot_sums[3u * HEAD_DIM + dim];
    }
    partials[first + dim] = sum;
  }
}

