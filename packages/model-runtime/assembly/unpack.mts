// Weights as f32x4, straight from their stored bits. GGUF's block formats are those of ggml (MIT).

export const F32: i32 = 0;
export const F16: i32 = 1;
export const BF16: i32 = 2;
export const Q8_0: i32 = 3;
export const Q4_0: i32 = 4;
export const Q4_1: i32 = 5;
export const Q5_0: i32 = 6;
export const Q4_K: i32 = 7;
export const Q6_K: i32 = 8;

/** f16 bits in sign-extended i32 lanes, exponent and fraction moved to where f32 has its own: 2^112 times too small. */
// @ts-ignore: decorator
@inline
function spread(lanes: v128): v128 {
  return v128.and(i32x4.shl(lanes, 13), i32x4.splat(0x8fffe000));
}

/**
 * Four normal f16. The exponent is put right as an integer: a multiplication by 2^112 would take subnormal numbers too,
 * but processors stumble over subnormal operands. Zero and subnormal numbers come out wrong, Infinity and NaN as
 * finite numbers of 65,536 and more.
 */
// @ts-ignore: decorator
@inline
export function widenNormal(lanes: v128): v128 {
  return i32x4.add(spread(lanes), i32x4.splat(112 << 23));
}

/**
 * Four f16. With exponent 0, `widenNormal` makes v = ±2^−15 · (1 + f / 1024) of what is ±2^−24 · f: 2v ∓ 2^−14.
 * Infinity and NaN come out as finite numbers.
 */
// @ts-ignore: decorator
@inline
export function widen(lanes: v128): v128 {
  const bits = spread(lanes);
  const v = i32x4.add(bits, i32x4.splat(112 << 23));
  const step = v128.or(v128.and(bits, i32x4.splat(1 << 31)), i32x4.splat(113 << 23));
  const isTiny = i32x4.eq(v128.and(bits, i32x4.splat(31 << 23)), i32x4.splat(0));
  return v128.bitselect(f32x4.add(f32x4.sub(v, step), v), v, isTiny);
}

/** Whether some number is zero or subnormal, given its exponent bits, or in each lane the least of several numbers'. */
// @ts-ignore: decorator
@inline
export function hasTiny(exponents: v128): bool {
  return !i16x8.all_true(exponents);
}

/** Exponent bits of eight f16. */
// @ts-ignore: decorator
@inline
export function exponents(halves: v128): v128 {
  return v128.and(halves, i16x8.splat(0x7c00));
}

// @ts-ignore: decorator
@inline
export function loadHalves(at: usize): v128 {
  return widen(v128.load16x4_s(at));
}

/** One f16 in all four lanes. For scales, which are hardly ever subnormal. */
// @ts-ignore: decorator
@inline
export function splatHalf(at: usize): v128 {
  return f32x4.mul(spread(i32x4.splat(load<i16>(at))), f32x4.splat(5192296858534827628530496329220096.0));
}

// @ts-ignore: decorator
@inline
export function loadBrains(at: usize): v128 {
  return i32x4.shl(v128.load16x4_u(at), 16);
}

/** Lanes 0 to 3 of signed 16-bit integers, as f32. */
// @ts-ignore: decorator
@inline
export function lowFloats(integers: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(integers));
}

/** Lanes 4 to 7 of signed 16-bit integers, as f32. */
// @ts-ignore: decorator
@inline
export function highFloats(integers: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(integers));
}

/** Bytes of a row of `columns` numbers. */
export function rowBytes(format: i32, columns: i32): i32 {
  switch (format) {
    case F32: return columns << 2;
    case F16:
    case BF16: return columns << 1;
    case Q8_0: return (columns >> 5) * 34;
    case Q4_0: return (columns >> 5) * 18;
    case Q4_1: return (columns >> 5) * 20;
    case Q5_0: return (columns >> 5) * 22;
    case Q4_K: return (columns >> 8) * 144;
    default: return (columns >> 8) * 210;
  }
}

/** Writes a row as f32. */
export function unpackRow(format: i32, from: usize, columns: i32, to: usize): void {
  switch (format) {
    case F32: memory.copy(to, from, columns << 2); break;
    case F16: unpackHalves(from, columns, to); break;
    case BF16: unpackBrains(from, columns, to); break;
    case Q8_0: unpackQ8(from, columns, to); break;
    case Q4_0: unpackQ40(from, columns, to); break;
    case Q4_1: unpackQ41(from, columns, to); break;
    case Q5_0: unpackQ50(from, columns, to); break;
    case Q4_K: unpackQ4K(from, columns, to); break;
    default: unpackQ6K(from, columns, to);
  }
}

/** Eight at a time; the shorter way when none of them is zero or subnormal. */
function unpackHalves(from: usize, columns: i32, to: usize): void {
  const whole = columns & ~7;
  for (let i = 0; i < whole; i += 8, from += 16, to += 32) {
    const halves = v128.load(from);
    const low = i32x4.extend_low_i16x8_s(halves), high = i32x4.extend_high_i16x8_s(halves);
    if (hasTiny(exponents(halves))) {
      v128.store(to, widen(low));
      v128.store(to, widen(high), 16);
    } else {
      v128.store(to, widenNormal(low));
      v128.store(to, widenNormal(high), 16);
    }
  }
  for (let i = whole; i < columns; i++, from += 2, to += 4) store<f32>(to, loadHalf(from));
}

export function loadHalf(at: usize): f32 {
  return f32x4.extract_lane(splatHalf(at), 0);
}

function unpackBrains(from: usize, columns: i32, to: usize): void {
  const whole = columns & ~3;
  for (let i = 0; i < whole; i += 4, from += 8, to += 16) v128.store(to, loadBrains(from));
  for (let i = whole; i < columns; i++, from += 2, to += 4) store<f32>(to, loadBrain(from));
}

export function loadBrain(at: usize): f32 {
  return reinterpret<f32>((load<u16>(at) as u32) << 16);
}

function unpackQ8(from: usize, columns: i32, to: usize): void {
  for (let i = 0; i < columns; i += 32, from += 34, to += 128) {
    const scale = splatHalf(from);
    for (let j: usize = 0; j < 32; j += 8) {
      const quants = v128.load8x8_s(from + j, 2);
      v128.store(to + (j << 2), f32x4.mul(scale, lowFloats(quants)));
      v128.store(to + (j << 2), f32x4.mul(scale, highFloats(quants)), 16);
    }
  }
}

/** Sixteen signed bytes as f32, times scale, plus offset. */
// @ts-ignore: decorator
@inline
function storeScaled(to: usize, bytes: v128, scale: v128, offset: v128): void {
  const low = i16x8.extend_low_i8x16_s(bytes);
  const high = i16x8.extend_high_i8x16_s(bytes);
  v128.store(to, f32x4.add(f32x4.mul(scale, lowFloats(low)), offset));
  v128.store(to, f32x4.add(f32x4.mul(scale, highFloats(low)), offset), 16);
  v128.store(to, f32x4.add(f32x4.mul(scale, lowFloats(high)), offset), 32);
  v128.store(to, f32x4.add(f32x4.mul(scale, highFloats(high)), offset), 48);
}

function unpackQ40(from: usize, columns: i32, to: usize): void {
  const none = f32x4.splat(0);
  for (let i = 0; i < columns; i += 32, from += 18, to += 128) {
    const scale = splatHalf(from);
    const pairs = v128.load(from, 2);
    const eight = i8x16.splat(8);
    const low = i8x16.sub(v128.and(pairs, i8x16.splat(15)), eight);
    storeScaled(to, low, scale, none);
    storeScaled(to + 64, i8x16.sub(i8x16.shr_u(pairs, 4), eight), scale, none);
  }
}

function unpackQ41(from: usize, columns: i32, to: usize): void {
  for (let i = 0; i < columns; i += 32, from += 20, to += 128) {
    const scale = splatHalf(from);
    const minimum = splatHalf(from + 2);
    const pairs = v128.load(from, 4);
    storeScaled(to, v128.and(pairs, i8x16.splat(15)), scale, minimum);
    storeScaled(to + 64, i8x16.shr_u(pairs, 4), scale, minimum);
  }
}

/** Sixteen nibbles with their fifth bits from bit 0 of the two bytes at `bits` on, less 16. */
// @ts-ignore: decorator
@inline
export function fiveBits(nibbles: v128, bits: usize): v128 {
  const both = i16x8.splat(load<i16>(bits));
  const spread = v128.shuffle<i8>(both, both, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  const isClear = i8x16.eq(v128.and(spread, i64x2.splat(0x8040201008040201)), i8x16.splat(0));
  return i8x16.sub(nibbles, v128.and(isClear, i8x16.splat(16)));
}

function unpackQ50(from: usize, columns: i32, to: usize): void {
  const none = f32x4.splat(0);
  for (let i = 0; i < columns; i += 32, from += 22, to += 128) {
    const scale = splatHalf(from);
    const pairs = v128.load(from, 6);
    storeScaled(to, fiveBits(v128.and(pairs, i8x16.splat(15)), from + 2), scale, none);
    storeScaled(to + 64, fiveBits(i8x16.shr_u(pairs, 4), from + 4), scale, none);
  }
}

/** Eight 6-bit scales and eight 6-bit minima lie in twelve bytes. */
function scaleOfGroup(scales: usize, group: usize): i32 {
  if (group < 4) return load<u8>(scales + group) & 63;
  return (load<u8>(scales + group, 4) & 15) | ((load<u8>(scales + group - 4) >> 6) << 4);
}

function minimumOfGroup(scales: usize, group: usize): i32 {
  if (group < 4) return load<u8>(scales + group, 4) & 63;
  return (load<u8>(scales + group, 4) >> 4) | ((load<u8>(scales + group) >> 6) << 4);
}

function unpackQ4K(from: usize, columns: i32, to: usize): void {
  for (let i = 0; i < columns; i += 256, from += 144) {
    const scale = loadHalf(from);
    const minimum = loadHalf(from + 2);
    for (let group: usize = 0; group < 8; group++, to += 128) {
      const groupScale = f32x4.splat(scale * (scaleOfGroup(from + 4, group) as f32));
      const offset = f32x4.splat(-minimum * (minimumOfGroup(from + 4, group) as f32));
      const quants = from + 16 + (group >> 1) * 32;
      for (let j: usize = 0; j < 32; j += 16) {
        let pairs = v128.load(quants + j);
        pairs = group & 1 ? i8x16.shr_u(pairs, 4) : v128.and(pairs, i8x16.splat(15));
        storeScaled(to + (j << 2), pairs, groupScale, offset);
      }
    }
  }
}

function unpackQ6K(from: usize, columns: i32, to: usize): void {
  const none = f32x4.splat(0);
  for (let i = 0; i < columns; i += 256, from += 210) {
    const scale = loadHalf(from + 208);
    for (let j: usize = 0; j < 256; j += 16, to += 64) {
      const side = j >> 7;
      const quarter = (j >> 5) & 3;
      let low = v128.load(from + 64 * side + (j & 31) + 32 * (quarter & 1));
      low = v128.and(i8x16.shr_u(low, ((quarter >> 1) << 2) as i32), i8x16.splat(15));
      let high = v128.load(from + 32 * side + (j & 31), 128);
      high = v128.and(i8x16.shr_u(high, (quarter << 1) as i32), i8x16.splat(3));
      const quants = i8x16.sub(v128.or(low, i8x16.shl(high, 4)), i8x16.splat(32));
      const groupScale = scale * (load<i8>(from + (j >> 4), 192) as f32);
      storeScaled(to, quants, f32x4.splat(groupScale), none);
    }
  }
}
