// partial[h] = Σ exp(score[h, i] − logSumExp[h]) · value[i] over the keys i that head h keeps, with the number of keys kept and
// the weight kept and dropped.
//
// grid: (parts, head blocks, sequences). A workgroup takes TILE keys at a time: each invocation judges the keys of its own
// scores, keys that some head keeps get a place in workgroup memory in the order of the keys (count within a team, sum over
// the teams: no atomics, so every run gives the same bits), then slots of LANES lanes read the value rows of those
// survivors, ROWS in flight. The scores of the next tile travel meanwhile. Few survivors make few rounds; nothing is read
// for a dropped key.
const KEYS = TILE / WORKGROUP;
const LOWEST = -3.0e38;
const_assert TILE % WORKGROUP == 0u;

@group(0) @binding(0) var<storage, read> values: array<KvWord>; // [slots, KV_HEADS, CAPACITY, WORDS]
@group(0) @binding(1) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(2) var<storage, read> scores: array<HeadRow>; // [batch, HEAD_BLOCKS, CAPACITY]
@group(0) @binding(3) var<storage, read> score_stats: array<vec2<f32>>; // [batch · HEAD_BLOCKS · score parts, BLOCK_PITCH]
@group(0) @binding(5) var<storage, read_write> partials: array<f32>; // [batch · HEAD_BLOCKS · parts, PARTIAL]
@group(0) @binding(6) var<storage, read_write> partial_stats: array<f32>; // [batch · HEAD_BLOCKS · parts, 5, BLOCK_PITCH]

var<workgroup> survivors: array<u32, TILE>;
var<workgroup> survivor_weights: array<HeadRow, TILE>;
var<workgroup> counts: array<u32, KEYS * TEAMS>;
var<workgroup> team_stats: array<f32, TEAMS * 4u * BLOCK_PITCH>;

fn team_max(value: f32) -> f32 {
  var top = value;
  // @unroll
  for (var s = 0u; s < TEAM_BITS; s++) {
    top = max(top, lane_xor(top, 1u << s));
  }
  return top;
}

fn team_sum(value: f32) -> f32 {
  var sum = value;
  // @unroll
  for (var s = 0u; s < TEAM_BITS; s++) {
    sum += lane_xor(sum, 1u << s);
  }
  return sum;
}

// ln Σ exp(score) of each head over all keys, from the statistics that the workgroups of the score pass left.
fn log_sum_exps(first_part: u32, parts: u32, local_index: u32) -> array<f32, BLOCK_PITCH> {
  var top = array<f32, BLOCK_HEADS>();
  var sum = array<f32, BLOCK_HEADS>();
  // @unroll
  for (var h = 0u; h < BLOCK_HEADS; h++) {
    top[h] = LOWEST;
  }
  for (var part = local_index; part < parts; part += WORKGROUP) {
    // @unroll
    for (var h = 0u; h < BLOCK_HEADS; h++) {
      let stat = score_stats[(first_part + part) * BLOCK_PITCH + h];
      let higher = max(top[h], stat.x);
      sum[h] = sum[h] * exp(top[h] - higher) + stat.y * exp(stat.x - higher);
      top[h] = higher;
    }
  }
  let team = local_index / TEAM;
  // @unroll
  for (var h = 0u; h < BLOCK_HEADS; h++) {
    let higher = team_max(top[h]);
    let total = team_sum(sum[h] * exp(top[h] - higher));
    if (local_index % TEAM == 0u) {
      team_stats[team * 2u * BLOCK_PITCH + h] = higher;
      team_stats[(team * 2u + 1u) * BLOCK_PITCH + h] = total;
    }
  }
  workgroupBarrier();
  var result = array<f32, BLOCK_PITCH>();
  // @unroll
  for (var h = 0u; h < BLOCK_HEADS; h++) {
    var higher = LOWEST;
    for (var t = 0u; t < TEAMS; t++) {
      higher = max(higher, team_stats[t * 2u * BLOCK_PITCH + h]);
    }
    var total = 0.0;
    for (var t = 0u; t < TEAMS; t++) {
      total += team_stats[(t * 2u + 1u) * BLOCK_PITCH + h] * exp(team_stats[t * 2u * BLOCK_PITCH + h] - higher);
    }
    result[h] = higher + log(total);
  }
  return result;
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
  let lane = local_index % LANES;
  let slot = local_index / LANES;
  let team = local_index / TEAM;
  let block_row = group.z * HEAD_BLOCKS + group.y;
  let first_score = block_row * CAPACITY;
  let last_key = own.visible - 1u;
  load_rule(group.z * QUERY_HEADS + own.head, own.heads);

  var score = array<HeadRow, KEYS>();
  // @unroll
  for (var i = 0u; i < KEYS; i++) {
    score[i] = scores[first_score + min(group.x * TILE + i * WORKGROUP + local_index, last_key)];
  }
  let score_pitch = part_pitch(SCORE_WORKGROUPS, grid.z);
  let score_parts = part_count(own.visible, SCORE_CHUNK, score_pitch);
  let log_sums = log_sum_exps(block_row * score_pitch, score_parts, local_index);

  var kept = array<f32, BLOCK_HEADS>();
  var kept_mass = array<f32, BLOCK_HEADS>();
  var dropped_mass = array<f32, BLOCK_HEADS>();
  var union_kept = 0u;
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
    var survivor_count = 0u;
    // @unroll
    for (var i = 0u; i < KEYS; i++) {
      // @unroll
      for (var t = 0u; t < TEAMS; t++) {
        if (t == team) {
          place[i] += survivor_count;
        }
        survivor_count += counts[i * TEAMS + t];
      }
    }
    // @unroll
    for (var i = 0u; i < KEYS; i++) {
      if ((survives & (1u << i)) != 0u) {
        let key = tile * TILE + i * WORKGROUP + local_index;
        var weights = array<f32, BLOCK_PITCH>();
        // @unroll
        for (var h = 0u; h < BLOCK_HEADS; h++) {
          let log_weight = head_of(score[i], h) - log_sums[h];
          let keep = h < own.heads && keeps(h, key, own.visible, head_of(score[i], h), log_weight);
          weights[h] = select(0.0, exp(log_weight), keep);
        }
        survivors[place[i]] = key;
        survivor_weights[place[i]] = head_row(weights);
      }
    }
    let next = min(tile + parts, tiles - 1u);
    // @unroll
    for (var i = 0u; i < KEYS; i++) {
      score[i] = scores[first_score + min(next * TILE + i * WORKGROUP + local_index, last_key)];
    }
    workgroupBarrier();
    union_kept += survivor_count;
    for (var first = 0u; first < survivor_count; first += SLOTS * ROWS) {
      var words = array<KvWord, ROWS * LANE_WORDS>();
      // @unroll
      for (var r = 0u; r < ROWS; r++) {
        let row = (own.row + survivors[min(first + r * SLOTS + slot, survivor_count - 1u)]) * WORDS;
        // @unroll
        for (var w = 0u; w < LANE_WORDS; w++) {
          if (LANE_WORDS * LANES == WORDS || lane + w * LANES < WORDS) {
            words[r * LANE_WORDS + w] = values[row + lane + w * LANES];
          }
        }
      }
      // @unroll
      for (var r = 0u; r < ROWS; r++) {
        let at = first + r * SLOTS + slot;
        if (at < survivor_count) {
          let weights = survivor_weights[at];
          // @unroll
          for (var w = 0u; w < LANE_WORDS; w++) {
            add_word(w, words[r * LANE_WORDS + w], weights);
          }
        }
      }
    }
    workgroupBarrier();
  }

  let part = block_row * pitch + group.x;
  write_partial(part * PARTIAL, local_index);
  // @unroll
  for (var h = 0u; h < BLOCK_HEADS; h++) {
    let all_kept = team_sum(kept[h]);
    let all_kept_mass = team_sum(kept_mass[h]);
    let all_dropped_mass = team_sum(dropped_mass[h]);
    if (local_index % TEAM == 0u) {
      team_stats[team * 4u * BLOCK_PITCH + h] = all_kept;
      team_stats[(team * 4u + 1u) * BLOCK_PITCH + h] = all_kept_mass;
      team_stats[(team * 4u + 2u) * BLOCK_PITCH + h] = all_dropped_mass;
    }
  }
  workgroupBarrier();
  if (local_index < 3u * BLOCK_PITCH) {
    var sum = 0.0;
    for (var t = 0u; t < TEAMS; t++) {
      sum += team_stats[t * 4u * BLOCK_PITCH + local_index];
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
