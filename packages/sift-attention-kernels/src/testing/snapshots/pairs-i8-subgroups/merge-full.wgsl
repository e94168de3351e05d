const GROUP: u32 = 2u;
const KV_HEADS: u32 = 1u;
const QUERY_HEADS: u32 = 2u;
const HEAD_BLOCKS: u32 = 1u;
const BLOCKS: u32 = 1u;
const BLOCK_HEADS: u32 = 2u;
const BLOCK_PITCH: u32 = 2u;
const CAPACITY: u32 = 128u;
const HEAD_DIM: u32 = 32u;
const LANES: u32 = 4u;
const LANE_WORDS: u32 = 1u;
const COLUMNS: u32 = 8u;
const PART_ROWS: u32 = 4u;
const FULL_WORKGROUPS: u32 = 16u;
const FULL_CHUNK: u32 = 8u;
// Keys and values as whole numbers of eight bits, sixteen in a 16-byte word. Each row has a scale elsewhere.
const KV_WIDTH = 16u;
alias KvWord = vec4<u32>;

fn kv_quads(word: KvWord) -> array<u32, KV_WIDTH / 4u> {
  return array<u32, KV_WIDTH / 4u>(word.x, word.y, word.z, word.w);
}
// Numbers of a row of whole numbers, not yet multiplied by the row's scale.
fn unpack_kv(word: KvWord) -> array<f32, KV_WIDTH> {
  let quads = kv_quads(word);
  var numbers = array<f32, KV_WIDTH>();
  // @unroll
  {
    let four = vec4<f32>(unpack4xI8(quads[0u]));
    numbers[4u * 0u] = four.x;
    numbers[4u * 0u + 1u] = four.y;
    numbers[4u * 0u + 2u] = four.z;
    numbers[4u * 0u + 3u] = four.w;
  }
  {
    let four = vec4<f32>(unpack4xI8(quads[1u]));
    numbers[4u * 1u] = four.x;
    numbers[4u * 1u + 1u] = four.y;
    numbers[4u * 1u + 2u] = four.z;
    numbers[4u * 1u + 3u] = four.w;
  }
  {
    let four = vec4<f32>(unpack4xI8(quads[2u]));
    numbers[4u * 2u] = four.x;
    numbers[4u * 2u + 1u] = four.y;
    numbers[4u * 2u + 2u] = four.z;
    numbers[4u * 2u + 3u] = four.w;
  }
  {
    let four = vec4<f32>(unpack4xI8(quads[3u]));
    numbers[4u * 3u] = four.x;
    numbers[4u * 3u + 1u] = four.y;
    numbers[4u * 3u + 2u] = four.z;
    numbers[4u * 3u + 3u] = four.w;
  }
  return numbers;
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
// Parts of a full step: each is relative to its own maximum.
const RELATIVE = true;
const PARTS_WORKGROUPS = FULL_WORKGROUPS;
const PARTS_CHUNK = FULL_CHUNK;

fn top_of(part: u32, h: u32) -> f32 {
  return partial_stats[part * 5u * BLOCK_PITCH + h];
}

// (Σ exp(score − maximum), 0, 0, 0) of one part.
fn sums_of(part: u32, h: u32) -> vec4<f32> {
  return vec4<f32>(partial_stats[(part * 5u + 1u) * BLOCK_PITCH + h], 0.0, 0.0, 0.0);
}

fn scaled(sums: vec4<f32>, factor: f32) -> vec4<f32> {
  return sums * factor;
}

fn statistics_of(sums: vec4<f32>, top: f32, first_part: u32, h: u32, visible: u32) -> vec4<u32> {
  return vec4<u32>(visible, visible, 0u, bitcast<u32>(top + log(sums.x)));
}

fn finish(sum: f32, sums: vec4<f32>, mean: f32) -> f32 {
  return sum / sums.x;
}
// Stands where the mean of the values would, in steps that do not put it in.
fn mean_value(slot: u32, kv_head: u32, dim: u32, visible: u32) -> f32 {
  return 0.0;
}
// output[h] = Σ over the parts of partial[h], brought to a common scale and finished as the step asks: divided by the sum of
// the weights, or with the dropped weight put back. Also one row of statistics a head.
//
// grid: (columns of four sums, head blocks, sequences). COLUMNS columns stand beside one another, PART_ROWS rows of
// invocations share the parts, and STAT_ROWS share the statistics of each head, so no invocation walks over all parts and
// one barrier is enough (two where the parts have different scales).
const COLUMN_COUNT = LANE_WORDS * KV_WIDTH * LANES * BLOCK_PITCH / 4u;
const WORKGROUP = COLUMNS * PART_ROWS;
// Invocations that share the statistics of one head.
const STAT_ROWS = 16u;
// Parts that an invocation reads at a time, so that it waits once and not for each: the first of all before any barrier.
const AHEAD = 4u;
const LOWEST = -3.0e38;
const_assert LANES % 4u == 0u;
const_assert WORKGROUP >= STAT_ROWS * BLOCK_PITCH && COLUMNS >= BLOCK_PITCH;

@group(0) @binding(0) var<storage, read> partials: array<vec4<f32>>; // [batch · HEAD_BLOCKS · parts, COLUMN_COUNT]
@group(0) @binding(1) var<storage, read> partial_stats: array<f32>; // [batch · HEAD_BLOCKS · parts, 5, BLOCK_PITCH]
@group(0) @binding(2) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(3) var<storage, read_write> output: array<f32>; // [batch, QUERY_HEADS, HEAD_DIM]
@group(0) @binding(4) var<storage, read_write> statistics: array<vec4<u32>>; // [batch, QUERY_HEADS]: kept, union kept, dropped mass, log-sum-exp

var<workgroup> outputs: array<vec4<f32>, WORKGROUP>;
var<workgroup> stats: array<vec4<f32>, STAT_ROWS * BLOCK_PITCH>;
var<workgroup> tops: array<f32, STAT_ROWS * BLOCK_PITCH>;

fn tops_of(part: u32, heads: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(top_of(part, heads.x), top_of(part, heads.y), top_of(part, heads.z), top_of(part, heads.w));
}

fn top_over_parts(h: u32) -> f32 {
  var top = LOWEST;
  // @unroll
  {
    top = max(top, tops[0u * BLOCK_PITCH + h]);
  }
  {
    top = max(top, tops[1u * BLOCK_PITCH + h]);
  }
  {
    top = max(top, tops[2u * BLOCK_PITCH + h]);
  }
  {
    top = max(top, tops[3u * BLOCK_PITCH + h]);
  }
  {
    top = max(top, tops[4u * BLOCK_PITCH + h]);
  }
  {
    top = max(top, tops[5u * BLOCK_PITCH + h]);
  }
  {
    top = max(top, tops[6u * BLOCK_PITCH + h]);
  }
  {
    top = max(top, tops[7u * BLOCK_PITCH + h]);
  }
  {
    top = max(top, tops[8u * BLOCK_PITCH + h]);
  }
  {
    top = max(top, tops[9u * BLOCK_PITCH + h]);
  }
  {
    top = max(top, tops[10u * BLOCK_PITCH + h]);
  }
  {
    top = max(top, tops[11u * BLOCK_PITCH + h]);
  }
  {
    top = max(top, tops[12u * BLOCK_PITCH + h]);
  }
  {
    top = max(top, tops[13u * BLOCK_PITCH + h]);
  }
  {
    top = max(top, tops[14u * BLOCK_PITCH + h]);
  }
  {
    top = max(top, tops[15u * BLOCK_PITCH + h]);
  }
  return top;
}

fn stats_over_parts(h: u32) -> vec4<f32> {
  var sum = vec4<f32>();
  // @unroll
  {
    sum += stats[0u * BLOCK_PITCH + h];
  }
  {
    sum += stats[1u * BLOCK_PITCH + h];
  }
  {
    sum += stats[2u * BLOCK_PITCH + h];
  }
  {
    sum += stats[3u * BLOCK_PITCH + h];
  }
  {
    sum += stats[4u * BLOCK_PITCH + h];
  }
  {
    sum += stats[5u * BLOCK_PITCH + h];
  }
  {
    sum += stats[6u * BLOCK_PITCH + h];
  }
  {
    sum += stats[7u * BLOCK_PITCH + h];
  }
  {
    sum += stats[8u * BLOCK_PITCH + h];
  }
  {
    sum += stats[9u * BLOCK_PITCH + h];
  }
  {
    sum += stats[10u * BLOCK_PITCH + h];
  }
  {
    sum += stats[11u * BLOCK_PITCH + h];
  }
  {
    sum += stats[12u * BLOCK_PITCH + h];
  }
  {
    sum += stats[13u * BLOCK_PITCH + h];
  }
  {
    sum += stats[14u * BLOCK_PITCH + h];
  }
  {
    sum += stats[15u * BLOCK_PITCH + h];
  }
  return sum;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local_index: u32,
) {
  let own = place_of(sequences[group.z], group.y);
  let pitch = part_pitch(PARTS_WORKGROUPS, grid.z);
  let parts = part_count(own.visible, PARTS_CHUNK, pitch);
  let first_part = (group.z * HEAD_BLOCKS + group.y) * pitch;
  let column = group.x * COLUMNS + local_index % COLUMNS;
  let stat_head = min(local_index % BLOCK_PITCH, own.heads - 1u);
  // Heads of the column's four sums.
  let heads = min(((vec4<u32>(0u, 1u, 2u, 3u) + column * 4u) % BLOCK_PITCH), vec4<u32>(own.heads - 1u));

  let has_column = column < COLUMN_COUNT;
  let has_stats = local_index < STAT_ROWS * BLOCK_PITCH;
  let first_row = local_index / COLUMNS;
  let first_stat_row = local_index / BLOCK_PITCH;
  var terms = array<vec4<f32>, AHEAD>();
  var term_tops = array<vec4<f32>, AHEAD>();
  var stat_terms = array<vec4<f32>, AHEAD>();
  var stat_tops = array<f32, AHEAD>();
  if (has_column) {
    // @unroll
    {
      let part = first_part + min(first_row + 0u * PART_ROWS, parts - 1u);
      terms[0u] = partials[part * COLUMN_COUNT + column];
      term_tops[0u] = tops_of(part, heads);
    }
    {
      let part = first_part + min(first_row + 1u * PART_ROWS, parts - 1u);
      terms[1u] = partials[part * COLUMN_COUNT + column];
      term_tops[1u] = tops_of(part, heads);
    }
    {
      let part = first_part + min(first_row + 2u * PART_ROWS, parts - 1u);
      terms[2u] = partials[part * COLUMN_COUNT + column];
      term_tops[2u] = tops_of(part, heads);
    }
    {
      let part = first_part + min(first_row + 3u * PART_ROWS, parts - 1u);
      terms[3u] = partials[part * COLUMN_COUNT + column];
      term_tops[3u] = tops_of(part, heads);
    }
  }
  if (has_stats) {
    // @unroll
    {
      let part = first_part + min(first_stat_row + 0u * STAT_ROWS, parts - 1u);
      stat_terms[0u] = sums_of(part, stat_head);
      stat_tops[0u] = top_of(part, stat_head);
    }
    {
      let part = first_part + min(first_stat_row + 1u * STAT_ROWS, parts - 1u);
      stat_terms[1u] = sums_of(part, stat_head);
      stat_tops[1u] = top_of(part, stat_head);
    }
    {
      let part = first_part + min(first_stat_row + 2u * STAT_ROWS, parts - 1u);
      stat_terms[2u] = sums_of(part, stat_head);
      stat_tops[2u] = top_of(part, stat_head);
    }
    {
      let part = first_part + min(first_stat_row + 3u * STAT_ROWS, parts - 1u);
      stat_terms[3u] = sums_of(part, stat_head);
      stat_tops[3u] = top_of(part, stat_head);
    }
  }

  var stat_top = 0.0;
  var column_tops = vec4<f32>();
  if (RELATIVE) {
    if (has_stats) {
      var top = max(max(stat_tops[0], stat_tops[1]), max(stat_tops[2], stat_tops[3]));
      for (var row = first_stat_row + AHEAD * STAT_ROWS; row < parts; row += STAT_ROWS) {
        top = max(top, top_of(first_part + row, stat_head));
      }
      tops[local_index] = top;
    }
    workgroupBarrier();
    stat_top = top_over_parts(stat_head);
    // @unroll
    {
      column_tops[0u] = top_over_parts(heads[0u]);
    }
    {
      column_tops[1u] = top_over_parts(heads[1u]);
    }
    {
      column_tops[2u] = top_over_parts(heads[2u]);
    }
    {
      column_tops[3u] = top_over_parts(heads[3u]);
    }
  }

  var sum = vec4<f32>();
  if (has_column) {
    for (var row = first_row; row < parts; row += AHEAD * PART_ROWS) {
      // @unroll
      {
        if (RELATIVE) {
          terms[0u] *= exp(term_tops[0u] - column_tops);
        }
        sum += select(vec4<f32>(), terms[0u], row + 0u * PART_ROWS < parts);
      }
      {
        if (RELATIVE) {
          terms[1u] *= exp(term_tops[1u] - column_tops);
        }
        sum += select(vec4<f32>(), terms[1u], row + 1u * PART_ROWS < parts);
      }
      {
        if (RELATIVE) {
          terms[2u] *= exp(term_tops[2u] - column_tops);
        }
        sum += select(vec4<f32>(), terms[2u], row + 2u * PART_ROWS < parts);
      }
      {
        if (RELATIVE) {
          terms[3u] *= exp(term_tops[3u] - column_tops);
        }
        sum += select(vec4<f32>(), terms[3u], row + 3u * PART_ROWS < parts);
      }
      if (row + AHEAD * PART_ROWS < parts) {
        // @unroll
        {
          let part = first_part + min(row + (AHEAD + 0u) * PART_ROWS, parts - 1u);
          terms[0u] = partials[part * COLUMN_COUNT + column];
          term_tops[0u] = tops_of(part, heads);
        }
        {
          let part = first_part + min(row + (AHEAD + 1u) * PART_ROWS, parts - 1u);
          terms[1u] = partials[part * COLUMN_COUNT + column];
          term_tops[1u] = tops_of(part, heads);
        }
        {
          let part = first_part + min(row + (AHEAD + 2u) * PART_ROWS, parts - 1u);
          terms[2u] = partials[part * COLUMN_COUNT + column];
          term_tops[2u] = tops_of(part, heads);
        }
        {
          let part = first_part + min(row + (AHEAD + 3u) * PART_ROWS, parts - 1u);
          terms[3u] = partials[part * COLUMN_COUNT + column];
          term_tops[3u] = tops_of(part, heads);
        }
      }
    }
  }
  outputs[local_index] = sum;
  if (has_stats) {
    var stat = vec4<f32>();
    for (var row = first_stat_row; row < parts; row += AHEAD * STAT_ROWS) {
      // @unroll
      {
        if (RELATIVE) {
          stat_terms[0u] = scaled(stat_terms[0u], exp(stat_tops[0u] - stat_top));
        }
        stat += select(vec4<f32>(), stat_terms[0u], row + 0u * STAT_ROWS < parts);
      }
      {
        if (RELATIVE) {
          stat_terms[1u] = scaled(stat_terms[1u], exp(stat_tops[1u] - stat_top));
        }
        stat += select(vec4<f32>(), stat_terms[1u], row + 1u * STAT_ROWS < parts);
      }
      {
        if (RELATIVE) {
          stat_terms[2u] = scaled(stat_terms[2u], exp(stat_tops[2u] - stat_top));
        }
        stat += select(vec4<f32>(), stat_terms[2u], row + 2u * STAT_ROWS < parts);
      }
      {
        if (RELATIVE) {
          stat_terms[3u] = scaled(stat_terms[3u], exp(stat_tops[3u] - stat_top));
        }
        stat += select(vec4<f32>(), stat_terms[3u], row + 3u * STAT_ROWS < parts);
      }
      if (row + AHEAD * STAT_ROWS < parts) {
        // @unroll
        {
          let part = first_part + min(row + (AHEAD + 0u) * STAT_ROWS, parts - 1u);
          stat_terms[0u] = sums_of(part, stat_head);
          stat_tops[0u] = top_of(part, stat_head);
        }
        {
          let part = first_part + min(row + (AHEAD + 1u) * STAT_ROWS, parts - 1u);
          stat_terms[1u] = sums_of(part, stat_head);
          stat_tops[1u] = top_of(part, stat_head);
        }
        {
          let part = first_part + min(row + (AHEAD + 2u) * STAT_ROWS, parts - 1u);
          stat_terms[2u] = sums_of(part, stat_head);
          stat_tops[2u] = top_of(part, stat_head);
        }
        {
          let part = first_part + min(row + (AHEAD + 3u) * STAT_ROWS, parts - 1u);
          stat_terms[3u] = sums_of(part, stat_head);
          stat_tops[3u] = top_of(part, stat_head);
        }
      }
    }
    stats[local_index] = stat;
  }
  workgroupBarrier();

  if (local_index < COLUMNS && column < COLUMN_COUNT) {
    var total = vec4<f32>();
    // @unroll
    {
      total += outputs[0u * COLUMNS + local_index];
    }
    {
      total += outputs[1u * COLUMNS + local_index];
    }
    {
      total += outputs[2u * COLUMNS + local_index];
    }
    {
      total += outputs[3u * COLUMNS + local_index];
    }
    // @unroll
    {
      let h = (column * 4u + 0u) % BLOCK_PITCH;
      let row = (column * 4u + 0u) / BLOCK_PITCH;
      let element = row / LANES;
      let dim = (element / KV_WIDTH * LANES + row % LANES) * KV_WIDTH + element % KV_WIDTH;
      if (dim < HEAD_DIM && h < own.heads) {
        let at = (group.z * QUERY_HEADS + own.head + h) * HEAD_DIM + dim;
        let mean = mean_value(sequences[group.z].x, own.kv_head, dim, own.visible);
        output[at] = finish(total[0u], stats_over_parts(h), mean);
      }
    }
    {
      let h = (column * 4u + 1u) % BLOCK_PITCH;
      let row = (column * 4u + 1u) / BLOCK_PITCH;
      let element = row / LANES;
      let dim = (element / KV_WIDTH * LANES + row % LANES) * KV_WIDTH + element % KV_WIDTH;
      if (dim < HEAD_DIM && h < own.heads) {
        let at = (group.z * QUERY_HEADS + own.head + h) * HEAD_DIM + dim;
        let mean = mean_value(sequences[group.z].x, own.kv_head, dim, own.visible);
        output[at] = finish(total[1u], stats_over_parts(h), mean);
      }
    }
    {
      let h = (column * 4u + 2u) % BLOCK_PITCH;
      let row = (column * 4u + 2u) / BLOCK_PITCH;
      let element = row / LANES;
      let dim = (element / KV_WIDTH * LANES + row % LANES) * KV_WIDTH + element % KV_WIDTH;
      if (dim < HEAD_DIM && h < own.heads) {
        let at = (group.z * QUERY_HEADS + own.head + h) * HEAD_DIM + dim;
        let mean = mean_value(sequences[group.z].x, own.kv_head, dim, own.visible);
        output[at] = finish(total[2u], stats_over_parts(h), mean);
      }
    }
    {
      let h = (column * 4u + 3u) % BLOCK_PITCH;
      let row = (column * 4u + 3u) / BLOCK_PITCH;
      let element = row / LANES;
      let dim = (element / KV_WIDTH * LANES + row % LANES) * KV_WIDTH + element % KV_WIDTH;
      if (dim < HEAD_DIM && h < own.heads) {
        let at = (group.z * QUERY_HEADS + own.head + h) * HEAD_DIM + dim;
        let mean = mean_value(sequences[group.z].x, own.kv_head, dim, own.visible);
        output[at] = finish(total[3u], stats_over_parts(h), mean);
      }
    }
  }
  if (group.x == 0u && local_index < own.heads) {
    statistics[group.z * QUERY_HEADS + own.head + local_index] =
      statistics_of(stats_over_parts(local_index), stat_top, first_part, local_index, own.visible);
  }
}

