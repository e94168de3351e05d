// candidates[h] = the keys whose scores share the bin that the cut lies in, in any order, and how many of them lie up to it.
//
// grid: (parts, head blocks, sequences). Every workgroup finds the bins itself: LANES invocations for each head sum the
// histogram side by side. Hits are staged in workgroup memory, without a barrier between the tiles, and go to the list with
// one addition to its length; those that find the stage full go there by themselves.
const LANES = WORKGROUP / BLOCK_PITCH;
const LANE_WORDS = BINS / 4u / LANES;
const STAGED = 256u;
const_assert LANE_WORDS * LANES * 4u == BINS && ROUNDS <= 32u;

@group(0) @binding(0) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(1) var<storage, read> scores: array<HeadRow>; // [batch, HEAD_BLOCKS, CAPACITY]
@group(0) @binding(2) var<storage, read> score_stats: array<vec2<f32>>; // [batch · HEAD_BLOCKS · score parts, BLOCK_PITCH]
@group(0) @binding(3) var<storage, read> histograms: array<vec4<u32>>; // [batch, HEAD_BLOCKS, BLOCK_PITCH, BINS / 4]
@group(0) @binding(4) var<storage, read_write> candidates: array<atomic<u32>>; // [batch, HEAD_BLOCKS, BLOCK_PITCH, CAPACITY + 2]

var<workgroup> bins: array<u32, BLOCK_PITCH>;
var<workgroup> lefts: array<u32, BLOCK_PITCH>;
var<workgroup> starts: array<u32, BLOCK_PITCH>;
var<workgroup> staged_counts: array<atomic<u32>, BLOCK_HEADS>;
var<workgroup> staged: array<u32, BLOCK_HEADS * STAGED>;
var<workgroup> list_ends: array<u32, BLOCK_HEADS>;

// This invocation's piece of its head's histogram.
fn load_counts(row: u32, index: u32) -> array<vec4<u32>, LANE_WORDS> {
  var counts = array<vec4<u32>, LANE_WORDS>();
  // @unroll
  for (var w = 0u; w < LANE_WORDS; w++) {
    counts[w] = histograms[row * BLOCK_PITCH * (BINS / 4u) + index * LANE_WORDS + w];
  }
  return counts;
}

// The bin of each head that its `wanted`-th key lies in, and how many keys of that bin lie up to it.
fn find_bins(counts: array<vec4<u32>, LANE_WORDS>, wanted: u32, index: u32) {
  let h = index / LANES;
  let lane = index % LANES;
  var own = 0u;
  // @unroll
  for (var w = 0u; w < LANE_WORDS; w++) {
    own += counts[w].x + counts[w].y + counts[w].z + counts[w].w;
  }
  let before_all = sum_before(own, index);
  if (lane == 0u) {
    starts[h] = before_all;
  }
  workgroupBarrier();
  let before = before_all - starts[h];
  if (before < wanted && wanted <= before + own) {
    var left = wanted - before;
    var bin = lane * LANE_WORDS * 4u;
    var is_found = false;
    // @unroll
    for (var i = 0u; i < LANE_WORDS * 4u; i++) {
      is_found = is_found || left <= counts[i / 4u][i % 4u];
      left -= select(counts[i / 4u][i % 4u], 0u, is_found);
      bin += select(1u, 0u, is_found);
    }
    bins[h] = bin;
    lefts[h] = left;
  }
  workgroupBarrier();
}

fn stage_hit(row: u32, h: u32, key: u32) {
  let place = atomicAdd(&staged_counts[h], 1u);
  if (place < STAGED) {
    staged[h * STAGED + place] = key;
  } else {
    let list = list_of(row, h);
    atomicStore(&candidates[list + 2u + atomicAdd(&candidates[list], 1u)], key);
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let own = place_of(sequences[group.z], group.y);
  let span = span_of(sequences[group.z].w, own.visible);
  let parts = part_count(span.keys, TILE, part_pitch(SELECT_WORKGROUPS, grid.z));
  if (group.x >= parts || !span.is_searched) {
    return;
  }
  let row = group.z * HEAD_BLOCKS + group.y;
  let first = row * CAPACITY + span.first;
  var next = load_tile(first, group.x * TILE + index, span.keys);
  let counts = load_counts(row, index);
  find_greatest(row, own.visible, grid.z, index);
  find_bins(counts, span.wanted, index);
  let greatest = greatest_row();
  if (group.x == 0u && index < own.heads) {
    atomicStore(&candidates[list_of(row, index) + 1u], lefts[index]);
  }
  for (var key = group.x * TILE + index; key < span.keys; key += parts * TILE) {
    let rows = next;
    next = load_tile(first, key + parts * TILE, span.keys);
    var hits = array<u32, BLOCK_HEADS>();
    // @unroll
    for (var r = 0u; r < ROUNDS; r++) {
      // @unroll
      for (var h = 0u; h < BLOCK_HEADS; h++) {
        let is_here = (key + r * WORKGROUP < span.keys) & (h < own.heads);
        hits[h] |= select(0u, 1u << r, is_here & (bin_of(head_of(rows[r], h), greatest[h]) == bins[h]));
      }
    }
    // @unroll
    for (var h = 0u; h < BLOCK_HEADS; h++) {
      var left = hits[h];
      while (left != 0u) {
        stage_hit(row, h, span.first + key + firstTrailingBit(left) * WORKGROUP);
        left &= left - 1u;
      }
    }
  }
  workgroupBarrier();
  if (index < BLOCK_HEADS) {
    let count = min(atomicLoad(&staged_counts[index]), STAGED);
    list_ends[index] = atomicAdd(&candidates[list_of(row, index)], count);
  }
  workgroupBarrier();
  for (var i = index; i < BLOCK_HEADS * STAGED; i += WORKGROUP) {
    let h = i / STAGED;
    if (i % STAGED < atomicLoad(&staged_counts[h])) {
      atomicStore(&candidates[list_of(row, h) + 2u + list_ends[h] + i % STAGED], staged[i]);
    }
  }
}
