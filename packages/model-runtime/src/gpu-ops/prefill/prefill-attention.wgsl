// output[r, h] = Σ_t weight[r, h, t] · value[t], over the keys t of the row's slot from position(r) − WINDOW + 1 to position(r),
// where weights are the softmax of the scores scale · dot(query[r, h], key[t]) and rows stand at consecutive positions.
//
// grid: (KV heads, tiles of QUERIES queries, the last ones first: they see the most keys). The query heads of a KV head
// stand side by side as GROUP queries of each row, so that keys and values are read once for all of them. They come in
// tiles of TILE keys through workgroup memory, unpacked there once.
//
// A slot of LANES lanes holds ROWS queries and their outputs in registers, each lane a share of the dimensions, and takes
// KEYS keys at a time: a word of a key or value from workgroup memory serves ROWS queries. Adding up over the lanes leaves
// a score or a few with each lane, so that no exponential is taken twice. KEY_GROUPS groups of slots hold the same queries
// and take turns at the keys of a tile; each keeps a maximum and sums of its own, and they meet once, at the end.
//
// Scores are in units of ln 2: SCALE holds scale · log2(e), and weights are powers of two.
const WORDS = HEAD_DIM / 4u;
const LANE_WORDS = (WORDS + LANES - 1u) / LANES;
const PITCH = LANE_WORDS * LANES; // words of a row in workgroup memory
const SLOTS = WORKGROUP / LANES / KEY_GROUPS;
const QUERIES = SLOTS * ROWS;
const ITEMS = ROWS * KEYS;
const LANE_ITEMS = ITEMS / LANES;
const ROW_LANES = LANES * LANE_ROWS / ROWS; // lanes that share the scores of one row
const STEP = KEY_GROUPS * KEYS; // keys that all groups take in one step
const CACHE_WORDS = HEAD_DIM / KV_WIDTH; // words of a row in the cache
const PITCH_CACHE_WORDS = PITCH * 4u / KV_WIDTH;
const TILE_CACHE_WORDS = TILE * PITCH_CACHE_WORDS;
const LOADS = (TILE_CACHE_WORDS + WORKGROUP - 1u) / WORKGROUP;
const LOWEST = -3.0e38;
const_assert HEAD_DIM % 8u == 0u && WORKGROUP % (LANES * KEY_GROUPS) == 0u;
const_assert LANE_ROWS == max(1u, ROWS / LANES) && LANE_ITEMS * LANES == ITEMS;
const_assert (1u << LANE_BITS) == LANES && (1u << ROW_BITS) == ROW_LANES;
const_assert TILE % STEP == 0u && (KEY_GROUPS == 1u || QUERIES <= 2u * TILE);

@group(0) @binding(0) var<storage, read> queries: array<vec4<f32>>; // [rows, QUERY_HEADS, WORDS]
@group(0) @binding(1) var<storage, read> keys: array<KvWord>; // [slots, KV_HEADS, CAPACITY, CACHE_WORDS]
@group(0) @binding(2) var<storage, read> values: array<KvWord>; // [slots, KV_HEADS, CAPACITY, CACHE_WORDS]
@group(0) @binding(3) var<storage, read> places: array<RowPlace>; // [rows]
@group(0) @binding(4) var<storage, read_write> output: array<vec4<f32>>; // [rows, QUERY_HEADS, WORDS]

// A row of a tile, as its lanes read it.
alias TileRow = array<array<vec4<f32>, LANES>, LANE_WORDS>;

// TILE rows of keys, then TILE rows of values; at the end the outputs of one key group. In blocks of the KEYS rows that a
// slot takes at a time, so that one index is checked for all words of a block.
var<workgroup> tile: array<array<TileRow, KEYS>, 2u * TILE / KEYS>;
// (maximum, sum of weights) of each query in each key group.
var<workgroup> group_stats: array<vec2<f32>, KEY_GROUPS * QUERIES>;

// Word of queries and output where a query begins.
fn query_word(kv_head: u32, query: u32) -> u32 {
  return (query / GROUP * QUERY_HEADS + kv_head * GROUP + query % GROUP) * WORDS;
}

// Copies TILE rows from first_key on; beyond the last visible key stands that key again, as what lies there may be no number.
fn load_tile(cache_row: u32, first_key: u32, last_key: u32, local_index: u32) {
  var key_words = array<KvLoad, LOADS>();
  var value_words = array<KvLoad, LOADS>();
  // @unroll
  for (var i = 0u; i < LOADS; i++) {
    let at = local_index + i * WORKGROUP;
    let key = min(first_key + at / PITCH_CACHE_WORDS, last_key);
    let word = at % PITCH_CACHE_WORDS;
    if (PITCH_CACHE_WORDS == CACHE_WORDS || word < CACHE_WORDS) {
      key_words[i] = load_key(cache_row + key, word);
      value_words[i] = load_value(cache_row + key, word);
    }
  }
  // @unroll
  for (var i = 0u; i < LOADS; i++) {
    let at = local_index + i * WORKGROUP;
    if (LOADS * WORKGROUP == TILE_CACHE_WORDS || at < TILE_CACHE_WORDS) {
      // @unroll
      for (var j = 0u; j < KV_WIDTH / 4u; j++) {
        let row = at / PITCH_CACHE_WORDS;
        let word = at % PITCH_CACHE_WORDS * KV_WIDTH / 4u + j;
        tile[row / KEYS][row % KEYS][word / LANES][word % LANES] = unpack_four(key_words[i], j);
        tile[(TILE + row) / KEYS][row % KEYS][word / LANES][word % LANES] = unpack_four(value_words[i], j);
      }
    }
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  input: LaneInput,
) {
  enter_slot(input);
  let place = places[0];
  let count = rows_of(place) * GROUP;
  let first_query = (grid.y - 1u - group.y) * QUERIES;
  let last_query = min(first_query + QUERIES, count) - 1u;
  let cache_row = (place.slot * KV_HEADS + group.x) * CAPACITY;
  let first_position = place.position + first_query / GROUP;
  let last_key = place.position + last_query / GROUP;
  let first_key = first_position - min(first_position, WINDOW - 1u);
  let key_group = input.local_index / (SLOTS * LANES);
  let slot_query = input.local_index / LANES % SLOTS * ROWS;

  var query = array<vec4<f32>, ROWS * LANE_WORDS>();
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    let first_word = query_word(group.x, min(first_query + slot_query + r, last_query));
    // @unroll
    for (var w = 0u; w < LANE_WORDS; w++) {
      if (PITCH == WORDS || w * LANES + lane < WORDS) {
        query[r * LANE_WORDS + w] = SCALE * queries[first_word + w * LANES + lane];
      }
    }
  }
  var position = array<u32, LANE_ROWS>();
  var maximum = array<f32, LANE_ROWS>();
  var sum = array<f32, LANE_ROWS>();
  // @unroll
  for (var j = 0u; j < LANE_ROWS; j++) {
    let own_row = lane / ROW_LANES * LANE_ROWS + j;
    position[j] = place.position + min(first_query + slot_query + own_row, last_query) / GROUP;
    maximum[j] = LOWEST;
  }
  var outputs = array<vec4<f32>, ROWS * LANE_WORDS>();

  for (var tile_key = first_key; tile_key <= last_key; tile_key += TILE) {
    workgroupBarrier();
    load_tile(cache_row, tile_key, last_key, input.local_index);
    workgroupBarrier();
    let visible = min(TILE, last_key + 1u - tile_key);
    for (var step = 0u; step < visible; step += STEP) {
      let block = step / KEYS + key_group;
      var partial = array<f32, ITEMS>();
      // @unroll
      for (var k = 0u; k < KEYS; k++) {
        // @unroll
        for (var w = 0u; w < LANE_WORDS; w++) {
          let key = tile[block][k][w][lane];
          // @unroll
          for (var r = 0u; r < ROWS; r++) {
            // @unroll
            for (var e = 0u; e < 4u; e++) {
              partial[r * KEYS + k] = fma(query[r * LANE_WORDS + w][e], key[e], partial[r * KEYS + k]);
            }
          }
        }
      }
      var scores = sum_items(partial);

      var higher = maximum;
      // @unroll
      for (var i = 0u; i < LANE_ITEMS; i++) {
        let key = tile_key + block * KEYS + (lane * LANE_ITEMS + i) % KEYS;
        // Keys after the row wrap around to more than any window.
        if (position[i / KEYS] - key >= WINDOW) {
          scores[i] = LOWEST;
        }
        higher[i / KEYS] = max(higher[i / KEYS], scores[i]);
      }
      var factor = array<f32, LANE_ROWS>();
      // @unroll
      for (var j = 0u; j < LANE_ROWS; j++) {
        higher[j] = row_max(higher[j]);
        factor[j] = exp2(maximum[j] - higher[j]);
        maximum[j] = higher[j];
        sum[j] *= factor[j];
      }
      // @unroll
      for (var i = 0u; i < LANE_ITEMS; i++) {
        scores[i] = select(exp2(scores[i] - maximum[i / KEYS]), 0.0, scores[i] == LOWEST);
        sum[i / KEYS] += scores[i];
      }
      let factors = share_rows(factor);
      let weights = share_items(scores);
      var has_risen = false;
      // @unroll
      for (var r = 0u; r < ROWS; r++) {
        has_risen = has_risen || factors[r] != 1.0;
      }
      if (has_risen) {
        // @unroll
        for (var i = 0u; i < ROWS * LANE_WORDS; i++) {
          outputs[i] *= factors[i / LANE_WORDS];
        }
      }
      // @unroll
      for (var k = 0u; k < KEYS; k++) {
        // @unroll
        for (var w = 0u; w < LANE_WORDS; w++) {
          let value = tile[TILE / KEYS + block][k][w][lane];
          // @unroll
          for (var r = 0u; r < ROWS; r++) {
            outputs[r * LANE_WORDS + w] = fma(vec4<f32>(weights[r * KEYS + k]), value, outputs[r * LANE_WORDS + w]);
          }
        }
      }
    }
  }

  // @unroll
  for (var j = 0u; j < LANE_ROWS; j++) {
    sum[j] = row_sum(sum[j]);
  }
  let maxima = share_rows(maximum);
  let sums = share_rows(sum);
  if (lane == 0u) {
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      group_stats[key_group * QUERIES + slot_query + r] = vec2<f32>(maxima[r], sums[r]);
    }
  }
  workgroupBarrier();
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    var highest = LOWEST;
    // @unroll
    for (var g = 0u; g < KEY_GROUPS; g++) {
      highest = max(highest, group_stats[g * QUERIES + slot_query + r].x);
    }
    var total = 0.0;
    // @unroll
    for (var g = 0u; g < KEY_GROUPS; g++) {
      let stats = group_stats[g * QUERIES + slot_query + r];
      total += stats.y * exp2(stats.x - highest);
    }
    let factor = exp2(maxima[r] - highest) / total;
    // @unroll
    for (var w = 0u; w < LANE_WORDS; w++) {
      outputs[r * LANE_WORDS + w] *= factor;
    }
  }
  // The outputs of one key group after the other are added to those of the first.
  for (var g = 1u; g < KEY_GROUPS; g++) {
    workgroupBarrier();
    // @unroll
    for (var i = 0u; i < ROWS * LANE_WORDS; i++) {
      let at = slot_query + i / LANE_WORDS;
      if (key_group == g) {
        tile[at / KEYS][at % KEYS][i % LANE_WORDS][lane] = outputs[i];
      }
    }
    workgroupBarrier();
    // @unroll
    for (var i = 0u; i < ROWS * LANE_WORDS; i++) {
      let at = slot_query + i / LANE_WORDS;
      if (key_group == 0u) {
        outputs[i] += tile[at / KEYS][at % KEYS][i % LANE_WORDS][lane];
      }
    }
  }
  if (key_group > 0u) {
    return;
  }
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    if (first_query + slot_query + r <= last_query) {
      let to = query_word(group.x, first_query + slot_query + r);
      // @unroll
      for (var w = 0u; w < LANE_WORDS; w++) {
        if (PITCH == WORDS || w * LANES + lane < WORDS) {
          output[to + w * LANES + lane] = outputs[r * LANE_WORDS + w];
        }
      }
    }
  }
}
