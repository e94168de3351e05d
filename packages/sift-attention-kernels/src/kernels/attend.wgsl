// partial[h] = Σ exp(score[h, i] − logSumExp[h]) · value[i] over the keys i that head h keeps, with the number of keys kept and
// the weight kept and dropped.
//
// grid: (parts, head blocks, sequences). A workgroup judges TILE keys at a time, each invocation those whose scores it
// holds. A key that some head keeps gets a place in a ring in workgroup memory, in the order of the keys: count within a
// team, sum over the teams, no atomics, so every run gives the same bits. As soon as the ring holds a full round of ROUND
// survivors, slots of LANES lanes read their value rows, ROWS in flight; what is left over waits for the next tile. The
// scores of the next tile travel meanwhile. Nothing is read for a dropped key.
const KEYS = TILE / WORKGROUP;
const ROUND = SLOTS * ROWS;
// Invocations of which BLOCK_PITCH hold the statistics of all after STAT_STEPS exchanges.
const STAT_UNIT = BLOCK_PITCH << STAT_STEPS;
// Invocations that share the statistics of one head, and parts that each reads at a time.
const STAT_ROWS = WORKGROUP / BLOCK_PITCH;
const AHEAD = 4u;
const LOWEST = -3.0e38;
const_assert STAT_UNIT == max(TEAM, BLOCK_PITCH);
const_assert TILE % WORKGROUP == 0u;
// Survivors that did not fill a round, and those of a tile.
const_assert RING >= TILE + ROUND && HEAD_ROWS >= RING;

@group(0) @binding(0) var<storage, read> values: array<KvWord>; // [slots, KV_HEADS, CAPACITY, WORDS]
@group(0) @binding(1) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(2) var<storage, read> scores: array<HeadRow>; // [batch, HEAD_BLOCKS, CAPACITY]
@group(0) @binding(3) var<storage, read> score_stats: array<vec2<f32>>; // [batch · HEAD_BLOCKS · score parts, BLOCK_PITCH]
@group(0) @binding(5) var<storage, read_write> partials: array<HeadRow>; // [batch · HEAD_BLOCKS · parts, PARTIAL]
@group(0) @binding(6) var<storage, read_write> partial_stats: array<f32>; // [batch · HEAD_BLOCKS · parts, 5, BLOCK_PITCH]

var<workgroup> ring_keys: array<u32, RING>;
var<workgroup> counts: array<u32, KEYS * TEAMS>;
var<workgroup> team_stats: array<f32, TEAMS * 3u * BLOCK_PITCH>;
var<workgroup> shared_log_sums: array<f32, BLOCK_PITCH>;

fn team_sum(value: f32) -> f32 {
  var sum = value;
  // @unroll
  for (var s = 0u; s < TEAM_BITS; s++) {
    sum += lane_xor(sum, 1u << s);
  }
  return sum;
}

// ln Σ exp(score) of each head over all keys, into `shared_log_sums`, from what the workgroups of the score pass left: each
// invocation takes one head and a share of the parts.
fn share_log_sums(first_part: u32, parts: u32, local_index: u32) {
  var stat = vec2<f32>(LOWEST, 0.0);
  for (var first = local_index / BLOCK_PITCH; first < parts; first += AHEAD * STAT_ROWS) {
    // @unroll
    for (var k = 0u; k < AHEAD; k++) {
      let part = min(first + k * STAT_ROWS, parts - 1u);
      let other = score_stats[(first_part + part) * BLOCK_PITCH + local_index % BLOCK_PITCH];
      stat = merge_stats(stat, select(vec2<f32>(LOWEST, 0.0), other, first + k * STAT_ROWS < parts));
    }
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
    shared_log_sums[local_index] = total.x + log(total.y);
  }
  workgroupBarrier();
}

// A place in the ring, of one less than twice its length.
fn place_in_ring(place: u32) -> u32 {
  return select(place - RING, place, place < RING);
}

// Adds the value rows of up to ROUND survivors, from place `first` of the ring on.
fn add_round(first: u32, count: u32, row: u32, local_index: u32) {
  let lane = local_index % LANES;
  let slot = local_index / LANES;
  var words = array<KvWord, ROWS * LANE_WORDS>();
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    let key = ring_keys[place_in_ring(first + min(r * SLOTS + slot, count - 1u))];
    // @unroll
    for (var w = 0u; w < LANE_WORDS; w++) {
      if (LANE_WORDS * LANES == WORDS || lane + w * LANES < WORDS) {
        words[r * LANE_WORDS + w] = values[(row + key) * WORDS + lane + w * LANES];
      }
    }
  }
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    if (r * SLOTS + slot < count) {
      let weights = head_rows[place_in_ring(first + r * SLOTS + slot)];
      // @unroll
      for (var w = 0u; w < LANE_WORDS; w++) {
        add_word(w, words[r * LANE_WORDS + w], weights);
      }
    }
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
  let block_row = group.z * HEAD_BLOCKS + group.y;
  let first_score = block_row * CAPACITY;
  let last_key = own.visible - 1u;
  load_rule(group.z * QUERY_HEADS + own.head, own.heads);

  var score = array<HeadRow, KEYS>();
  var scale = array<f32, KEYS>();
  // @unroll
  for (var i = 0u; i < KEYS; i++) {
    let key = min(group.x * TILE + i * WORKGROUP + local_index, last_key);
    score[i] = scores[first_score + key];
    scale[i] = value_scale(own.row + key);
  }
  let score_pitch = part_pitch(SCORE_WORKGROUPS, grid.z);
  let score_parts = part_count(own.visible, SCORE_CHUNK, score_pitch);
  share_log_sums(block_row * score_pitch, score_parts, local_index);
  var log_sums = array<f32, BLOCK_HEADS>();
  // @unroll
  for (var h = 0u; h < BLOCK_HEADS; h++) {
    log_sums[h] = shared_log_sums[h];
  }

  var kept = array<f32, BLOCK_HEADS>();
  var kept_mass = array<f32, BLOCK_HEADS>();
  var dropped_mass = array<f32, BLOCK_HEADS>();
  var union_kept = 0u;
  // Place in the ring of the first survivor whose row was not read, and how many such there are.
  var first = 0u;
  var waiting = 0u;
  for (var tile = group.x; tile < tiles; tile += parts) {
    var place = array<u32, KEYS>();
    var survives = 0u;
    // @unroll
    for (var i = 0u; i < KEYS; i++) {
      let key = tile * TILE + i * WORKGROUP + local_index;
      var any_kept = false;
      // @unroll
      for (var h = 0u; h < BLOCK_HEADS; h++) {
        let log_weight = head_of(score[i], h) - log_sums[h];
        let weight = select(0.0, exp(log_weight), key < own.visible);
        let keep = key < own.visible && h < own.heads && keeps(h, key, own.visible, head_of(score[i], h), log_weight);
        any_kept = any_kept || keep;
        kept[h] += select(0.0, 1.0, keep);
        if (SUM_KEPT) {
          kept_mass[h] += select(0.0, weight, keep);
        }
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
          let log_weight = head_of(score[i], h) - log_sums[h];
          let keep = h < own.heads && keeps(h, key, own.visible, head_of(score[i], h), log_weight);
          weights[h] = select(0.0, exp(log_weight) * scale[i], keep);
        }
        let at = place_in_ring(first + place[i]);
        ring_keys[at] = key;
        head_rows[at] = head_row(weights);
      }
    }
    let next = min(tile + parts, tiles - 1u);
    // @unroll
    for (var i = 0u; i < KEYS; i++) {
      let key = min(next * TILE + i * WORKGROUP + local_index, last_key);
      score[i] = scores[first_score + key];
      scale[i] = value_scale(own.row + key);
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
      partial_stats[(part * 5u + 4u) * BLOCK_PITCH + h] = log_sums[h];
    }
  }
}
