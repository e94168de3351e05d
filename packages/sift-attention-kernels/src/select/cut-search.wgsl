// The cut of one head among its candidates, by a search that narrows a range of whole numbers: count the candidates in
// CUT_BINS equal bins of the range, go on in the bin that the cut lies in. Demerits rise as scores fall, so that the cut is
// the `wanted`-th smallest; among equal scores the search goes on over key numbers.
const CUT_BINS = 1u << CUT_BIN_BITS;
const LANE_BINS = CUT_BINS / WORKGROUP;
const BATCH = 8u;
const_assert LANE_BINS * WORKGROUP == CUT_BINS;

// The range least..greatest, which of its numbers is wanted, from 1 on, and how many candidates lie in it.
struct Search {
  least: u32,
  greatest: u32,
  wanted: u32,
  candidates: u32,
}

// The demerit of the cut, and the last key of that score that is still above it: EVERY when none lies below.
struct Cut {
  demerit: u32,
  last_key: u32,
}

var<workgroup> cut_counts: array<atomic<u32>, CUT_BINS>;
var<workgroup> cached_demerits: array<u32, CACHED>;
var<workgroup> found: Search;
var<workgroup> greatest_demerit: atomic<u32>;
var<workgroup> greatest_merit: atomic<u32>;

// The head's list of candidates, how long it is, the row's first score, and the head's place in the block.
var<private> own_list: u32;
var<private> own_length: u32;
var<private> own_scores: u32;
var<private> own_h: u32;

fn key_of(candidate: u32) -> u32 {
  return candidates[own_list + 2u + candidate];
}

fn read_demerit(candidate: u32) -> u32 {
  return ~rank_of(head_of(scores[own_scores + key_of(candidate)], own_h));
}

fn demerit_of(candidate: u32) -> u32 {
  if (candidate < CACHED) {
    return cached_demerits[candidate];
  }
  return read_demerit(candidate);
}

// The range of all candidates' demerits. BATCH candidates of each invocation are in flight.
fn widest_search(index: u32) -> Search {
  own_length = candidates[own_list];
  let wanted = candidates[own_list + 1u];
  var merit = 0u;
  var demerit = 0u;
  for (var start = index; start < own_length; start += WORKGROUP * BATCH) {
    var demerits = array<u32, BATCH>();
    // @unroll
    for (var b = 0u; b < BATCH; b++) {
      demerits[b] = read_demerit(min(start + b * WORKGROUP, own_length - 1u));
    }
    // @unroll
    for (var b = 0u; b < BATCH; b++) {
      merit = max(merit, ~demerits[b]);
      demerit = max(demerit, demerits[b]);
      if (start + b * WORKGROUP < CACHED) {
        cached_demerits[start + b * WORKGROUP] = demerits[b];
      }
    }
  }
  let team_merit = team_max(merit);
  let team_demerit = team_max(demerit);
  if (index % TEAM == 0u) {
    atomicMax(&greatest_merit, team_merit);
    atomicMax(&greatest_demerit, team_demerit);
  }
  workgroupBarrier();
  if (index == 0u) {
    found = Search(~atomicLoad(&greatest_merit), atomicLoad(&greatest_demerit), wanted, own_length);
  }
  return workgroupUniformLoad(&found);
}

fn count(search: Search, number: u32, shift: u32) {
  if (search.least <= number && number <= search.greatest) {
    atomicAdd(&cut_counts[(number - search.least) >> shift], 1u);
  }
}

// The bin that the wanted number lies in, as a search of its own; the counts are zero again behind it.
fn narrow(search: Search, shift: u32, index: u32) -> Search {
  var counts = array<u32, LANE_BINS>();
  var own = 0u;
  // @unroll
  for (var b = 0u; b < LANE_BINS; b++) {
    counts[b] = atomicExchange(&cut_counts[index * LANE_BINS + b], 0u);
    own += counts[b];
  }
  let before = sum_before(own, index);
  if (before < search.wanted && search.wanted <= before + own) {
    var left = search.wanted - before;
    var bin = index * LANE_BINS;
    var count = counts[0];
    // @unroll
    for (var b = 1u; b < LANE_BINS; b++) {
      let is_past = (left > count) & (bin == index * LANE_BINS + b - 1u);
      left -= select(0u, count, is_past);
      bin += select(0u, 1u, is_past);
      count = select(count, counts[b], is_past);
    }
    let least = search.least + (bin << shift);
    found = Search(least, least + min((1u << shift) - 1u, search.greatest - least), left, count);
  }
  return workgroupUniformLoad(&found);
}

// Two searches over 32 bits, at least one bit a round.
const MOST_ROUNDS = 64u;

// Narrows until one demerit is left, and when some keys of it lie below the cut, until one of those keys is left.
fn search_cut(row: u32, h: u32, span: Span, index: u32) -> Cut {
  own_list = list_of(row, h);
  own_scores = row * CAPACITY;
  own_h = h;
  var search = widest_search(index);
  var among_equals = false;
  var cut = Cut(0u, EVERY);
  // Each round narrows the range; a step whose longest context is too small has counted keys missing, and must end too.
  for (var round = 0u; round < MOST_ROUNDS; round++) {
    if (search.wanted - 1u >= search.candidates) {
      break;
    }
    if (search.least == search.greatest) {
      if (among_equals) {
        cut.last_key = search.least;
        break;
      }
      cut.demerit = search.least;
      if (search.wanted == search.candidates) {
        break;
      }
      among_equals = true;
      search.least = span.first;
      search.greatest = span.first + span.keys - 1u;
    }
    let bits = 32u - countLeadingZeros(search.greatest - search.least);
    let shift = max(bits, CUT_BIN_BITS) - CUT_BIN_BITS;
    for (var candidate = index; candidate < own_length; candidate += WORKGROUP) {
      let demerit = demerit_of(candidate);
      if (!among_equals) {
        count(search, demerit, shift);
      } else if (demerit == cut.demerit) {
        count(search, key_of(candidate), shift);
      }
    }
    workgroupBarrier();
    search = narrow(search, shift, index);
  }
  return cut;
}

// Leaves the head's histogram and list as the next selection wants to find them.
fn clear(row: u32, h: u32, index: u32) {
  for (var b = index; b < 1u << BIN_BITS; b += WORKGROUP) {
    histograms[((row * BLOCK_PITCH + h) << BIN_BITS) + b] = 0u;
  }
  if (index == 0u) {
    candidates[list_of(row, h)] = 0u;
  }
}
