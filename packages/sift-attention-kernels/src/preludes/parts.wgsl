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
