// Takes rows of fused projections apart: query heads are normed and rotated; key heads too, and go with the value heads
// into the cache of the row's slot, at the row's position. Where the row extends its slot's sums of visible values, they take
// its value in, and the one that a window of WINDOW rows leaves behind goes out.
//   norm(x) = x / √(mean(x²) + ε) · weight, where HEAD_NORMS
//   rotated: (a, b) → (a · cos − b · sin, b · cos + a · sin) for each of PAIRS pairs of a head
//
// grid: (query, key and value heads, rows), two neighbouring numbers an invocation, which are one word of an f16 cache and half
// a word of a cache of whole numbers of eight bits.
//
// The angle position · frequency would lose its digits in f32. It is split where the position is: position =
// COARSE_STEP · c + f, and the rows c and f of a table made in float64 are multiplied as complex numbers.
const LANES = HEAD_DIM / 2u;
const SUM_LANES = LANES;
const HEADS = QUERY_HEADS + 2u * KV_HEADS;
const_assert HEAD_DIM % 2u == 0u && 2u * PAIRS <= HEAD_DIM;

@group(0) @binding(0) var<storage, read> qkv: array<f32>; // [rows, HEADS, HEAD_DIM]
@group(0) @binding(1) var<storage, read> places: array<RowPlace>; // [rows]
@group(0) @binding(2) var<storage, read> angles: array<vec2<f32>>; // (cos, sin): [COARSE_STEP fine, then coarse, PAIRS]
@group(0) @binding(4) var<storage, read_write> queries: array<vec2<f32>>; // [rows, QUERY_HEADS, HEAD_DIM / 2]
@group(0) @binding(5) var<storage, read_write> keys: array<KvWord>; // [slots, KV_HEADS, CAPACITY, ROW_WORDS]
@group(0) @binding(6) var<storage, read_write> values: array<KvWord>; // [slots, KV_HEADS, CAPACITY, ROW_WORDS]
@group(0) @binding(7) var<storage, read_write> value_sums: array<vec2<f32>>; // [slots, KV_HEADS, HEAD_DIM / 2]

// A query or key head of one row.
struct Head {
  // Where it begins in qkv.
  start: u32,
  is_query: bool,
  // 1 / √(mean(x²) + ε).
  factor: f32,
  position: u32,
}

fn normed(head: Head, dim: u32) -> f32 {
  let x = qkv[head.start + dim];
  if (!HEAD_NORMS) {
    return x;
  }
  return x * head.factor * head_norm(select(HEAD_DIM, 0u, head.is_query) + dim);
}

fn angle_of(position: u32, pair: u32) -> vec2<f32> {
  let fine = angles[position % COARSE_STEP * PAIRS + pair];
  let coarse = angles[(COARSE_STEP + position / COARSE_STEP) * PAIRS + pair];
  return vec2<f32>(coarse.x * fine.x - coarse.y * fine.y, coarse.y * fine.x + coarse.x * fine.y);
}

fn rotated(head: Head, dim: u32) -> f32 {
  if (dim >= 2u * PAIRS) {
    return normed(head, dim);
  }
  let step = select(PAIRS, 1u, INTERLEAVED);
  let pair = select(dim % max(PAIRS, 1u), dim / 2u, INTERLEAVED);
  let is_second = dim / step % 2u == 1u;
  let partner = select(dim + step, dim - step, is_second);
  let angle = angle_of(head.position, pair);
  let turn = normed(head, partner) * angle.y;
  return normed(head, dim) * angle.x + select(-turn, turn, is_second);
}

// `row` is where the newest value has just been put.
fn extend_sums(at: u32, row: u32, lane: u32, position: u32, newest: vec2<f32>) {
  var rest = value_sums[at];
  if (WINDOW > 0u && position >= WINDOW) {
    rest -= value_pair(row - WINDOW, lane);
  }
  value_sums[at] = newest + select(rest, vec2<f32>(), position == 0u);
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let place = places[group.y];
  let start = (group.y * HEADS + group.x) * HEAD_DIM;
  let dim = 2u * lane;
  var pair = vec2<f32>(qkv[start + dim], qkv[start + dim + 1u]);
  var factor = 1.0;
  if (HEAD_NORMS) {
    factor = inverseSqrt(sum_lanes(lane, dot(pair, pair)) / f32(HEAD_DIM) + EPSILON);
  }
  if (group.x < QUERY_HEADS + KV_HEADS) {
    let head = Head(start, group.x < QUERY_HEADS, factor, place.position);
    pair = vec2<f32>(rotated(head, dim), rotated(head, dim + 1u));
  }
  if (group.x < QUERY_HEADS) {
    queries[(group.y * QUERY_HEADS + group.x) * LANES + lane] = pair;
    return;
  }
  let kv_head = (group.x - QUERY_HEADS) % KV_HEADS;
  let row = (place.slot * KV_HEADS + kv_head) * CAPACITY + place.position;
  if (group.x < QUERY_HEADS + KV_HEADS) {
    put_key(row, lane, pair);
    return;
  }
  let stored = put_value(row, lane, pair);
  if (extends_sums(place)) {
    extend_sums((place.slot * KV_HEADS + kv_head) * LANES + lane, row, lane, place.position, stored);
  }
}
