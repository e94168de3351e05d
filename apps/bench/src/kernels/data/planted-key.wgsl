// key = noise + Σ_g (score_g · √HEAD_DIM − query_g · noise) · dual_g, so that the scaled score of every head g of its group is
// score_g = level of the key's band + jitter_g.
//
// A key's rank among the CONTEXT keys of its KV
// head is a seeded permutation of its index; the bands divide the ranks, so each band has its exact number of keys.
const RANK_MASK = (1u << RANK_BITS) - 1u;
const RANK_SHIFT = max(RANK_BITS / 2u, 1u);
const_assert CONTEXT - 1u <= RANK_MASK;

@group(0) @binding(0) var<storage, read> queries: array<f32>; // [batch, KV_HEADS, GROUP, HEAD_DIM]
@group(0) @binding(1) var<storage, read> duals: array<f32>; // [batch, KV_HEADS, GROUP, HEAD_DIM]
@group(0) @binding(2) var<storage, read> band_counts: array<u32>; // [BANDS], ascending, the last CONTEXT
@group(0) @binding(3) var<storage, read> band_levels: array<f32>; // [BANDS]

// A key of a KV head: where its row and the vectors of its head begin, and what its products with the queries lack.
struct PlantedKey {
  row: u32,
  vectors: u32,
  lacking: array<f32, GROUP>,
}

// A permutation of 0 … RANK_MASK; multiplying by an odd number and adding a shifted copy can both be undone.
fn scramble(index: u32, salt: u32) -> u32 {
  var x = index;
  var key = salt;
  for (var round = 0u; round < 4u; round++) {
    key = mix(key + 1u);
    x = (x * (key | 1u) + (key >> 7u)) & RANK_MASK;
    x ^= x >> RANK_SHIFT;
  }
  return x;
}

// A permutation of 0 … CONTEXT − 1: follows the cycle of `scramble` until it is back inside.
fn rank_of(key: u32, salt: u32) -> u32 {
  var rank = scramble(key, salt);
  while (rank >= CONTEXT) {
    rank = scramble(rank, salt);
  }
  return rank;
}

fn level_of(rank: u32) -> f32 {
  var band = 0u;
  while (band < BANDS - 1u && rank >= band_counts[band]) {
    band++;
  }
  return band_levels[band];
}

fn noise(row: u32, d: u32) -> f32 {
  return bell_of(mix(mix(row ^ SEED) + d));
}

fn planted_key(key: u32, head: u32) -> PlantedKey {
  let row = head * CONTEXT + key;
  let level = level_of(rank_of(key, mix(head ^ SEED)));
  let vectors = head * GROUP * HEAD_DIM;
  var lacking = array<f32, GROUP>();
  for (var g = 0u; g < GROUP; g++) {
    let jitter = JITTER * (2.0 * uniform_of(mix(mix(row + SEED) ^ (g + 1u))) - 1.0);
    lacking[g] = (level + jitter) * sqrt(f32(HEAD_DIM));
    for (var d = 0u; d < HEAD_DIM; d++) {
      lacking[g] -= queries[vectors + g * HEAD_DIM + d] * noise(row, d);
    }
  }
  return PlantedKey(row, vectors, lacking);
}

fn number_of(planted: PlantedKey, d: u32) -> f32 {
  var number = noise(planted.row, d);
  for (var g = 0u; g < GROUP; g++) {
    number += planted.lacking[g] * duals[planted.vectors + g * HEAD_DIM + d];
  }
  return number;
}
