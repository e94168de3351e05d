// The token at a place of the order from the likeliest down: the place is a number of tokens or a mass. A bin is found by
// the tallies of all bins; in its list a range of whole numbers is narrowed to one of WORKGROUP parts of itself, first over
// demerits, which rise as logits fall, then, among equal ones, over ids.
struct Search {
  least: u32,
  greatest: u32,
  // The part of the list that the bin takes, and how many of it lie in the range.
  start: u32,
  end: u32,
  candidates: u32,
  // Tokens before the range.
  before: vec3<u32>,
}

struct Found {
  id: u32,
  // Tally of the tokens before it, and with it.
  before: vec3<u32>,
  through: vec3<u32>,
}

const PART_BITS = 8u;
// Two searches over 32 bits and the steps between them.
const MOST_ROUNDS = 16u;
const_assert WORKGROUP == 1u << PART_BITS;

var<workgroup> search: Search;
var<workgroup> found: Found;
var<workgroup> part_counts: array<atomic<u32>, WORKGROUP>;
var<workgroup> part_lows: array<atomic<u32>, WORKGROUP>;
var<workgroup> part_highs: array<atomic<u32>, WORKGROUP>;
var<workgroup> least_number: atomic<u32>;
var<workgroup> greatest_number: atomic<u32>;

fn id_at(row: u32, at: u32) -> u32 {
  return rows[row + 2u * plan.vocabulary + at];
}

fn demerit_of(row: u32, id: u32) -> u32 {
  return ~rows[row + id];
}

// The demerits that the bin spans.
fn span_bin(row: u32, index: u32) {
  let own = workgroupUniformLoad(&search);
  if (index == 0u) {
    atomicStore(&least_number, 0xffffffffu);
    atomicStore(&greatest_number, 0u);
  }
  workgroupBarrier();
  for (var at = own.start + index; at < own.end; at += WORKGROUP) {
    let demerit = demerit_of(row, id_at(row, at));
    atomicMin(&least_number, demerit);
    atomicMax(&greatest_number, demerit);
  }
  workgroupBarrier();
  if (index == 0u) {
    search.least = atomicLoad(&least_number);
    search.greatest = atomicLoad(&greatest_number);
  }
}

fn count_part(part: u32, weight: u32) {
  atomicAdd(&part_counts[part], 1u);
  let before = atomicAdd(&part_lows[part], weight);
  if (before + weight < before) {
    atomicAdd(&part_highs[part], 1u);
  }
}

// The tally of the invocation's own part, which is zero again behind.
fn take_part(index: u32) -> vec3<u32> {
  let low = atomicExchange(&part_lows[index], 0u);
  let high = atomicExchange(&part_highs[index], 0u);
  return vec3<u32>(low, high, atomicExchange(&part_counts[index], 0u));
}

// `demerit` is that of all candidates when ids are searched.
fn narrow(row: u32, place: vec2<u32>, by_count: bool, among_equals: bool, demerit: u32, index: u32) {
  let own = workgroupUniformLoad(&search);
  let bits = 32u - countLeadingZeros(own.greatest - own.least);
  let shift = max(bits, PART_BITS) - PART_BITS;
  for (var at = own.start + index; at < own.end; at += WORKGROUP) {
    let id = id_at(row, at);
    let merit = demerit_of(row, id);
    let number = select(merit, id, among_equals);
    if (own.least <= number && number <= own.greatest && (!among_equals || merit == demerit)) {
      count_part((number - own.least) >> shift, weight_of(rows[row + plan.vocabulary + id]));
    }
  }
  workgroupBarrier();
  let tally = take_part(index);
  let through = add(own.before, tally_through(tally, index));
  let before = minus(through, tally);
  if (is_at(before, through, place, by_count)) {
    let least = own.least + (index << shift);
    search.least = least;
    search.greatest = least + min(own.greatest - least, (1u << shift) - 1u);
    search.candidates = tally.z;
    search.before = before;
  }
}

// The one candidate that is left.
fn find_last(row: u32, among_equals: bool, demerit: u32, index: u32) -> Found {
  let own = workgroupUniformLoad(&search);
  for (var at = own.start + index; at < own.end; at += WORKGROUP) {
    let id = id_at(row, at);
    let merit = demerit_of(row, id);
    let number = select(merit, id, among_equals);
    if (own.least <= number && number <= own.greatest && (!among_equals || merit == demerit)) {
      let tally = vec3<u32>(weight_of(rows[row + plan.vocabulary + id]), 0u, 1u);
      found = Found(id, own.before, add(own.before, tally));
    }
  }
  return workgroupUniformLoad(&found);
}

// `own_bin` is the tally of bin number `index`. Places past the last token must not be asked for.
fn find(row: u32, own_bin: vec3<u32>, place: vec2<u32>, by_count: bool, index: u32) -> Found {
  let through = tally_through(own_bin, index);
  let before = minus(through, own_bin);
  if (is_at(before, through, place, by_count)) {
    search = Search(0u, 0u, before.z, through.z, own_bin.z, before);
  }
  span_bin(row, index);
  var among_equals = false;
  var demerit = 0u;
  for (var round = 0u; round < MOST_ROUNDS; round++) {
    let own = workgroupUniformLoad(&search);
    if (own.candidates <= 1u) {
      break;
    }
    if (own.least == own.greatest && !among_equals) {
      among_equals = true;
      demerit = own.least;
      if (index == 0u) {
        search.least = 0u;
        search.greatest = plan.vocabulary - 1u;
      }
    }
    narrow(row, place, by_count, among_equals, demerit, index);
  }
  return find_last(row, among_equals, demerit, index);
}
