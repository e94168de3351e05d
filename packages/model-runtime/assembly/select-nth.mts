// Order statistics of numbers that are not negative: their bits, read as integers, have the same order. Radix
// selection: three histograms of 11, 11 and 10 bits, each over the numbers that share the digits found so far.

const BINS: usize = 2048;
/** Bytes of scratch. */
export const SELECT_BYTES: usize = BINS << 2;

/** The number that would stand at `index` if `count` f32 ≥ 0 at `values` were sorted ascending. No NaN. */
export function selectNth(values: usize, count: i32, index: i32, bins: usize): f32 {
  let found: u32 = 0, shift: u32 = 21, mask: u32 = 0;
  while (true) {
    countDigits(values, count, found, mask, shift, bins);
    let digit: u32 = 0;
    for (let below = load<i32>(bins); index >= below; below = load<i32>(bins + ((digit as usize) << 2))) {
      index -= below;
      digit++;
    }
    found |= digit << shift;
    if (shift == 0) return reinterpret<f32>(found);
    mask = 0xffffffff << shift;
    shift = shift > 11 ? shift - 11 : 0;
  }
}

/** Counts the digits at `shift` of the numbers that agree with `found` where `mask` is set. */
function countDigits(values: usize, count: i32, found: u32, mask: u32, shift: u32, bins: usize): void {
  memory.fill(bins, 0, BINS << 2);
  for (let at = values, end = values + ((count as usize) << 2); at < end; at += 4) {
    const bits = load<u32>(at);
    if ((bits & mask) != found) continue;
    const bin = bins + ((((bits >> shift) & 2047) as usize) << 2);
    store<i32>(bin, load<i32>(bin) + 1);
  }
}
