// One-pass sift: partial[h] = Σ exp(score[h, i] − reference[h]) · value[i] over the keys i that head h keeps, where a key is
// kept when score − estimate ≥ ln θ, with what all keys of the part weigh and the number of keys kept.
//
//   estimate = ln (Σ exp(score) over the exempt keys + m / s · Σ exp(score) over s of the m others, evenly spread) − MARGIN
//
// grid: (parts, head blocks, sequences). Every workgroup takes the same sample first, so all have the same estimate. Then it
// multiplies TILE keys at a time, as scores.wgsl does, into workgroup memory, judges them, compacts the survivors and reads
// their value rows, as attend.wgsl does: no score goes to memory. The reference is the estimate until a score of the part
// lies so far above it that exponentials would leave f32; then everything summed so far is brought to a higher one.
const KEYS = TILE / WORKGROUP;
const ROUND = SLOTS * VALUE_ROWS;
const CHUNK = SLOTS * ROWS;
const STAT_UNIT = BLOCK_PITCH << STAT_STEPS;
const LOWEST = -3.0e38;
// Above the reference, in nats: e⁴⁰ times the keys of a part is far from the end of f32.
const HIGHEST = 40.0;
const_assert TILE % WORKGROUP == 0u && TILE % CHUNK == 0u;
const_assert RING >= TILE + ROUND && HEAD_ROWS >= RING;

@group(0) @binding(2) var<storage, read> values: array<KvWord>; // [slots, KV_HEADS, CAPACITY, WORDS]
@group(0) @binding(3) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(5) var<storage, read_write> partials: array<HeadRow>; // [batch · HEAD_BLOCKS · parts, PARTIAL]
@group(0) @binding(6) var<storage, read_write> partial_stats: array<f32>; // [batch · HEAD_BLOCKS · parts, 5, BLOCK_PITCH]
@group(0) @binding(7) var<storage, read_write> estimates: array<f32>; // [batch, QUERY_HEADS]

var<private> references: array<f32, BLOCK_HEADS>;
var<private> kept_mass: array<f32, BLOCK_HEADS>;
var<private> dropped_mass: array<f32, BLOCK_HEADS>;
var<workgroup> tile_scores: array<f32, TILE * BLOCK_PITCH>;
var<workgroup> ring_keys: array<u32, RING>;
var<workgroup> counts: array<u32, KEYS * TEAMS>;
var<workgroup> team_stats: array<f32, TEAMS * 3u * BLOCK_PITCH>;
var<workgroup> shared_estimates: array<f32, BLOCK_PITCH>;
var<workgroup> high_teams: array<u32, TEAMS>;

fn team_sum(value: f32) -> f32 {
  var sum = value;
  // @unroll
  for (var s = 0u; s < TEAM_BITS; s++) {
    sum += lane_xor(sum, 1u << s);
  }
  return sum;
}

fn place_in_ring(place: u32) -> u32 {
  return select(place - RING, place, place < RING);
}

fn add_round(first: u32, count: u32, row: u32, local_index: u32) {
  let lane = local_index % LANES;
  let slot = local_index / LANES;
  var words = array<KvWord, VALUE_ROWS * LANE_WORDS>();
  // @unroll
  for (var r = 0u; r < VALUE_ROWS; r++) {
    let key = ring_keys[place_in_ring(first + min(r * SLOTS + slot, count - 1u))];
    // @unroll
    for (var w = 0u; w < LANE_WORDS; w++) {
      if (LANE_WORDS * LANES == WORDS || lane + w * LANES < WORDS) {
        words[r * LANE_WORDS + w] = values[(row + key) * WORDS + lane + w * LANES];
      }
    }
  }
  // @unroll
  for (var r = 0u; r < VALUE_ROWS; r++) {
    if (r * SLOTS + slot < count) {
      let weights = head_rows[place_in_ring(first + r * SLOTS + slot)];
      // @unroll
      for (var w = 0u; w < LANE_WORDS; w++) {
        add_word(w, words[r * LANE_WORDS + w], weights);
      }
    }
  }
}

fn put_scores(first: u32, lane: u32) {
  if (lane % COPIES == 0u) {
    // @unroll
    for (var j = 0u; j < LANE_ITEMS; j++) {
      tile_scores[first * BLOCK_PITCH + first_item(lane) + j] = sums[j];
    }
  }
}

// Exempt keys at the beginning, at the end, and the others.
fn exempt_keys(visible: u32) -> vec3<u32> {
  let first = min(KEEP_FIRST, visible);
  let last = min(KEEP_LAST, visible - first);
  return vec3<u32>(first, last, visible - first - last);
}

// Entries of the sample: every exempt key, and up to SAMPLE others.
fn sample_entries(visible: u32) -> u32 {
  let exempt = exempt_keys(visible);
  return exempt.x + exempt.y + min(exempt.z, SAMPLE);
}

// The key of an entry; entries past the last repeat it.
fn sample_key(visible: u32, entry: u32) -> u32 {
  let exempt = exempt_keys(visible);
  let own = min(entry, sample_entries(visible) - 1u);
  if (own < exempt.x) {
    return own;
  }
  if (own < exempt.x + exempt.y) {
    return visible - exempt.y + (own - exempt.x);
  }
  let sampled = min(exempt.z, SAMPLE);
  let at = own - exempt.x - exempt.y;
  return exempt.x + (2u * at + 1u) * exempt.z / (2u * sampled);
}

// What an entry stands for.
fn entry_weight(visible: u32, entry: u32) -> f32 {
  let exempt = exempt_keys(visible);
  if (entry < exempt.x + exempt.y) {
    return 1.0;
  }
  return f32(exempt.z) / f32(min(exempt.z, SAMPLE));
}

fn load_sample(own: Place, first_entry: u32, lane: u32) {
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    let row = (own.row + sample_key(own.visible, first_entry + r)) * WORDS;
    // @unroll
    for (var w = 0u; w < LANE_WORDS; w++) {
      if (LANE_WORDS * LANES == WORDS || lane + w * LANES < WORDS) {
        key_words[r * LANE_WORDS + w] = keys[row + lane + w * LANES];
      }
    }
  }
  load_sample_scales(own, first_entry, lane);
}

// The estimate of each head, into `shared_estimates`; the queries are shared on the way.
fn share_estimates(own: Place, first_head: u32, local_index: u32) {
  let lane = local_index % LANES;
  let slot = local_index / LANES;
  let entries = sample_entries(own.visible);
  load_sample(own, slot * ROWS, lane);
  share_queries(first_head, own.heads, local_index);
  var stat = vec2<f32>(LOWEST, 0.0);
  for (var first = 0u; first < entries; first += CHUNK) {
    multiply_rows(lane);
    load_sample(own, first + CHUNK + slot * ROWS, lane);
    add_over_lanes(lane);
    put_scores(slot * ROWS, lane);
    workgroupBarrier();
    for (var i = local_index; i < CHUNK * BLOCK_PITCH; i += WORKGROUP) {
      let entry = first + i / BLOCK_PITCH;
      if (entry < entries) {
        stat = merge_stats(stat, vec2<f32>(tile_scores[i], entry_weight(own.visible, entry)));
      }
    }
    workgroupBarrier();
  }
  // @unroll
  for (var s = 0u; s < STAT_STEPS; s++) {
    stat = merge_stats(stat, vec2<f32>(lane_xor(stat.x, BLOCK_PITCH << s), lane_xor(stat.y, BLOCK_PITCH << s)));
  }
  if (local_index % STAT_UNIT < BLOCK_PITCH) {
    let at = (local_index / STAT_UNIT * BLOCK_PITCH + local_index % STAT_UNIT) * 2u;
    team_stats[at] = stat.x;
    team_stats[at + 1u] = stat.y;
  }
  workgroupBarrier();
  if (local_index < BLOCK_PITCH) {
    var total = vec2<f32>(LOWEST, 0.0);
    // @unroll
    for (var u = 0u; u < WORKGROUP / STAT_UNIT; u++) {
      let at = (u * BLOCK_PITCH + local_index) * 2u;
      total = merge_stats(total, vec2<f32>(team_stats[at], team_stats[at + 1u]));
    }
    shared_estimates[local_index] = total.x + log(total.y) - MARGIN;
  }
  workgroupBarrier();
}

// A reference that no score of the tile exceeds, for every head; what was summed and what waits in the ring follow.
fn raise_references(ring_first: u32, waiting: u32, local_index: u32) {
  var factors = array<f32, BLOCK_PITCH>();
  // @unroll
  for (var h = 0u; h < BLOCK_HEADS; h++) {
    var top = references[h];
    for (var key = 0u; key < TILE; key++) {
      top = max(top, tile_scores[key * BLOCK_PITCH + h]);
    }
    factors[h] = exp(references[h] - top);
    references[h] = top;
    kept_mass[h] *= factors[h];
    dropped_mass[h] *= factors[h];
  }
  scale_sums(head_row(factors));
  for (var place = local_index; place < waiting; place += WORKGROUP) {
    let at = place_in_ring(ring_first + place);
    var weights = array<f32, BLOCK_PITCH>();
    // @unroll
    for (var h = 0u; h < BLOCK_HEADS; h++) {
      weights[h] = head_of(head_rows[at], h) * factors[h];
    }
    head_rows[at] = head_row(weights);
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>, input: LaneInput) {
  enter_lanes(input);
  let own = place_of(sequences[group.z], group.y);
  let tiles = (own.visible + TILE - 1u) / TILE;
  let pitch = part_pitch(ATTEND_WORKGROUPS, grid.z);
  let parts = part_count(own.visible, TILE, pitch);
  if (group.x >= parts) {
    return;
  }
  let local_index = input.local_index;
  let team = local_index / TEAM;
  let lane = local_index % LANES;
  let slot = local_index / LANES;
  let block_row = group.z * HEAD_BLOCKS + group.y;
  let first_head = group.z * QUERY_HEADS + own.head;
  load_rule(first_head, own.heads);
  share_estimates(own, first_head, local_index);
  load_keys(own, group.x * TILE + slot * ROWS, lane);
  var limits = array<f32, BLOCK_HEADS>();
  // @unroll
  for (var h = 0u; h < BLOCK_HEADS; h++) {
    limits[h] = shared_estimates[h];
    references[h] = limits[h];
  }

  var kept = array<f32, BLOCK_HEADS>();
  var union_kept = 0u;
  var first = 0u;
  var waiting = 0u;
  for (var tile = group.x; tile < tiles; tile += parts) {
    var scale = array<f32, KEYS>();
    // @unroll
    for (var i = 0u; i < KEYS; i++) {
      scale[i] = value_scale(own.row + min(tile * TILE + i * WORKGROUP + local_index, own.visible - 1u));
    }
    for (var chunk = 0u; chunk < TILE / CHUNK; chunk++) {
      multiply_rows(lane);
      let next_chunk = select(tile * TILE + (chunk + 1u) * CHUNK, (tile + parts) * TILE, chunk + 1u == TILE / CHUNK);
      load_keys(own, next_chunk + slot * ROWS, lane);
      add_over_lanes(lane);
      put_scores(chunk * CHUNK + slot * ROWS, lane);
    }
    workgroupBarrier();
    var is_high = false;
    // @unroll
    for (var i = 0u; i < KEYS; i++) {
      // @unroll
      for (var h = 0u; h < BLOCK_HEADS; h++) {
        is_high = is_high || tile_scores[(i * WORKGROUP + local_index) * BLOCK_PITCH + h] > references[h] + HIGHEST;
      }
    }
    let high_flags = count_flags(is_high);
    if (local_index % TEAM == 0u) {
      high_teams[team] = high_flags.y;
    }
    let high = workgroupUniformLoad(&high_teams);
    var highs = 0u;
    // @unroll
    for (var t = 0u; t < TEAMS; t++) {
      highs += high[t];
    }
    if (highs > 0u) {
      raise_references(first, waiting, local_index);
    }
    var place = array<u32, KEYS>();
    var survives = 0u;
    // @unroll
    for (var i = 0u; i < KEYS; i++) {
      let key = tile * TILE + i * WORKGROUP + local_index;
      var any_kept = false;
      // @unroll
      for (var h = 0u; h < BLOCK_HEADS; h++) {
        let score = tile_scores[(i * WORKGROUP + local_index) * BLOCK_PITCH + h];
        let weight = select(0.0, exp(score - references[h]), key < own.visible);
        let keep = key < own.visible && h < own.heads && keeps(h, key, own.visible, score, score - limits[h]);
        any_kept = any_kept || keep;
        kept[h] += select(0.0, 1.0, keep);
        kept_mass[h] += select(0.0, weight, keep);
        dropped_mass[h] += select(weight, 0.0, keep);
      }
      survives |= u32(any_kept) << i;
      let flags = count_flags(any_kept);
      place[i] = flags.x;
      if (local_index % TEAM == 0u) {
        counts[i * TEAMS + team] = flags.y;
      }
    }
    workgroupBarrier();
    let waited = waiting;
    // @unroll
    for (var i = 0u; i < KEYS; i++) {
      // @unroll
      for (var t = 0u; t < TEAMS; t++) {
        if (t == team) {
          place[i] += waiting;
        }
        waiting += counts[i * TEAMS + t];
      }
    }
    union_kept += waiting - waited;
    // @unroll
    for (var i = 0u; i < KEYS; i++) {
      if ((survives & (1u << i)) != 0u) {
        let key = tile * TILE + i * WORKGROUP + local_index;
        var weights = array<f32, BLOCK_PITCH>();
        // @unroll
        for (var h = 0u; h < BLOCK_HEADS; h++) {
          let score = tile_scores[(i * WORKGROUP + local_index) * BLOCK_PITCH + h];
          let keep = h < own.heads && keeps(h, key, own.visible, score, score - limits[h]);
          weights[h] = select(0.0, exp(score - references[h]) * scale[i], keep);
        }
        let at = place_in_ring(first + place[i]);
        ring_keys[at] = key;
        head_rows[at] = head_row(weights);
      }
    }
    workgroupBarrier();
    while (waiting >= ROUND) {
      add_round(first, ROUND, own.row, local_index);
      first = place_in_ring(first + ROUND);
      waiting -= ROUND;
    }
  }
  if (waiting > 0u) {
    add_round(first, waiting, own.row, local_index);
  }

  let part = block_row * pitch + group.x;
  write_partial(part * PARTIAL, local_index);
  // @unroll
  for (var h = 0u; h < BLOCK_HEADS; h++) {
    let all_kept = team_sum(kept[h]);
    let all_kept_mass = team_sum(kept_mass[h]);
    let all_dropped_mass = team_sum(dropped_mass[h]);
    if (local_index % TEAM == 0u) {
      team_stats[team * 3u * BLOCK_PITCH + h] = all_kept;
      team_stats[(team * 3u + 1u) * BLOCK_PITCH + h] = all_kept_mass;
      team_stats[(team * 3u + 2u) * BLOCK_PITCH + h] = all_dropped_mass;
    }
  }
  workgroupBarrier();
  if (local_index < 3u * BLOCK_PITCH) {
    var sum = 0.0;
    // @unroll
    for (var t = 0u; t < TEAMS; t++) {
      sum += team_stats[t * 3u * BLOCK_PITCH + local_index];
    }
    partial_stats[part * 5u * BLOCK_PITCH + local_index] = sum;
  }
  if (local_index == 0u) {
    // @unroll
    for (var h = 0u; h < BLOCK_HEADS; h++) {
      partial_stats[(part * 5u + 3u) * BLOCK_PITCH + h] = f32(union_kept);
      partial_stats[(part * 5u + 4u) * BLOCK_PITCH + h] = references[h];
      if (group.x == 0u && h < own.heads) {
        estimates[first_head + h] = limits[h];
      }
    }
  }
}
