// ranks[row, id] = the adjusted logit as a whole number: bias, repetition penalty, presence and frequency penalties.
// stats[draw, block] = the block's greatest rank and its lowest id, the raw logits' maximum and sum of exponentials.
//
// grid: (blocks of BLOCK tokens, draws). Ranks are left for draws with a temperature only, whose bins start at zero here.
@group(0) @binding(0) var<uniform> plan: Plan;
@group(0) @binding(1) var<storage, read> logits: array<f32>; // [rows, VOCABULARY]
@group(0) @binding(2) var<storage, read> marks: array<u32>; // [slots, 2, VOCABULARY]
@group(0) @binding(3) var<storage, read_write> rows: array<u32>; // [draws, 3, VOCABULARY]
@group(0) @binding(4) var<storage, read_write> stats: array<vec4<u32>>; // [draws, BLOCKS]
@group(0) @binding(5) var<storage, read_write> bins: array<u32>; // [draws, 4, WORKGROUP]

var<workgroup> best: array<vec2<u32>, WORKGROUP>;
var<workgroup> sums: array<vec2<f32>, WORKGROUP>;
var<workgroup> not_finite: atomic<u32>;

fn adjusted(raw: f32, id: u32, draw: Draw) -> f32 {
  let own = draw.rules;
  let first = draw.slot * 2u * plan.vocabulary;
  var logit = raw;
  if ((own.flags & HAS_BIAS) != 0u) {
    logit = rounded(logit + bitcast<f32>(marks[first + id]), own.nothing);
  }
  if ((own.flags & HAS_PENALTY) == 0u) {
    return logit;
  }
  let mark = marks[first + plan.vocabulary + id];
  if ((mark & SEEN) != 0u) {
    logit = rounded(logit * select(own.penalty, own.relief, logit > 0.0), own.nothing);
  }
  if ((mark & COUNT) != 0u) {
    let charge = rounded(own.frequency * f32(mark & COUNT), own.nothing);
    logit = rounded(logit - rounded(own.presence + charge, own.nothing), own.nothing);
  }
  return logit;
}

fn better(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  return select(b, a, a.x > b.x || (a.x == b.x && a.y < b.y));
}

// (maximum, sum of exponentials) of two sets.
fn merged(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  let maximum = max(a.x, b.x);
  return vec2<f32>(maximum, a.y * exp(a.x - maximum) + b.y * exp(b.x - maximum));
}

fn reduce(index: u32) {
  for (var distance = WORKGROUP / 2u; distance > 0u; distance /= 2u) {
    workgroupBarrier();
    if (index < distance) {
      best[index] = better(best[index], best[index + distance]);
      sums[index] = merged(sums[index], sums[index + distance]);
    }
  }
  workgroupBarrier();
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let draw = plan.draws[group.y];
  let flags = draw.rules.flags;
  let first = group.x * BLOCK + index;
  var raw = array<f32, ROUNDS>();
  // @unroll
  for (var r = 0u; r < ROUNDS; r++) {
    raw[r] = logits[draw.row * plan.vocabulary + min(first + r * WORKGROUP, plan.vocabulary - 1u)];
  }
  var own_best = vec2<u32>(0u, NO_TOKEN);
  var own_maximum = LOWEST;
  var is_bad = false;
  // @unroll
  for (var r = 0u; r < ROUNDS; r++) {
    let id = first + r * WORKGROUP;
    is_bad = is_bad || !is_finite(raw[r]);
    if (id < plan.vocabulary) {
      let rank = rank_of(adjusted(raw[r], id, draw));
      own_best = better(own_best, vec2<u32>(rank, id));
      own_maximum = max(own_maximum, raw[r]);
      if ((flags & SAMPLES) != 0u) {
        rows[group.y * 3u * plan.vocabulary + id] = rank;
      }
    }
  }
  var own_sum = 0.0;
  // @unroll
  for (var r = 0u; r < ROUNDS; r++) {
    own_sum += select(0.0, exp(raw[r] - own_maximum), first + r * WORKGROUP < plan.vocabulary);
  }
  best[index] = own_best;
  sums[index] = vec2<f32>(own_maximum, own_sum);
  if (is_bad) {
    atomicStore(&not_finite, 1u);
  }
  if (group.x == 0u && (flags & TRUNCATES) != 0u) {
    // @unroll
    for (var b = 0u; b < 4u; b++) {
      bins[(group.y * 4u + b) * WORKGROUP + index] = 0u;
    }
  }
  reduce(index);
  if (index == 0u) {
    let id = select(best[0].y, NO_TOKEN, atomicLoad(&not_finite) != 0u);
    let sum = vec2<u32>(bitcast<u32>(sums[0].x), bitcast<u32>(sums[0].y));
    stats[group.y * plan.blocks + group.x] = vec4<u32>(best[0].x, id, sum);
  }
}
