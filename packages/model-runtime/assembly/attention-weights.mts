// weight = exp(score − maximum) / Σ exp(score − maximum), kept when score ≥ logSumExp + logThreshold.
//
// One code serves every rule: full attention is a threshold of −∞, a sliding window a threshold of +∞ with its sinks
// and its window exempt. A score that is no number is kept, so that the output tells of it. Sums run in f32 over 64 keys and in f64 from there on.

import * as block from "./attention-block";
import { expBelowZero } from "./exp";
import { ln } from "./logarithm";
import { selectNth } from "./select-nth";
import { lanesBelow, sumLanes, zero } from "./vectors";

const CHUNK: i32 = 64;

// Results of the functions below; each thread has its own.
export let kept: i32 = 0;
export let keptMass: f64 = 0;
export let droppedMass: f64 = 0;
let maximum: f32 = 0;
let inverse: f32 = 0;
let logSumExp: f64 = 0;

/** Finds the normaliser of `count` scores. */
export function normalise(scores: usize, count: i32): void {
  maximum = maximumOf(scores, count);
  let sum: f64 = 0;
  for (let from = 0; from < count; from += CHUNK) {
    sum += sumOfExponentials(scores + ((from as usize) << 2), min(CHUNK, count - from));
  }
  inverse = (1 / sum) as f32;
  logSumExp = maximum + ln(sum);
}

function maximumOf(scores: usize, count: i32): f32 {
  let most = f32x4.splat(-Infinity);
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4, scores += 16) most = f32x4.pmax(most, v128.load(scores));
  const last = v128.bitselect(v128.load(scores), most, lanesBelow(count - whole));
  most = f32x4.pmax(most, last);
  most = f32x4.pmax(most, v128.shuffle<i32>(most, most, 2, 3, 0, 1));
  return max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1));
}

function sumOfExponentials(scores: usize, count: i32): f64 {
  const most = f32x4.splat(maximum);
  let sum = zero();
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4, scores += 16) {
    sum = f32x4.add(sum, expBelowZero(f32x4.sub(v128.load(scores), most)));
  }
  const last = expBelowZero(f32x4.sub(v128.load(scores), most));
  return sumLanes(f32x4.add(sum, v128.and(last, lanesBelow(count - whole))));
}

export function startWeights(): void {
  kept = 0;
  keptMass = 0;
  droppedMass = 0;
}

/**
 * Turns scores `from` to `to` into weights, 0 for keys below the threshold, and writes them at `out`; out may be
 * scores. Where a key is kept, its flag is set, unless flags is 0.
 */
export function weigh(
  scores: usize, out: usize, from: i32, to: i32, logThreshold: f64, flags: usize,
): void {
  const cutoff = (logSumExp + logThreshold) as f32;
  for (; from < to; from += CHUNK) {
    const at = (from as usize) << 2;
    weighChunk(scores + at, out + at, min(CHUNK, to - from), cutoff, flags == 0 ? 0 : flags + at);
  }
}

// @ts-ignore: decorator
@inline
function addFlags(flags: usize, isKept: v128): void {
  if (flags != 0) v128.store(flags, v128.or(v128.load(flags), isKept));
}

function weighChunk(scores: usize, out: usize, count: i32, cutoff: f32, flags: usize): void {
  const most = f32x4.splat(maximum), factor = f32x4.splat(inverse), least = f32x4.splat(cutoff);
  let keptSum = zero(), droppedSum = zero(), counts = i32x4.splat(0);
  for (; count >= 4; count -= 4, scores += 16, out += 16) {
    const score = v128.load(scores);
    const weight = f32x4.mul(expBelowZero(f32x4.sub(score, most)), factor);
    const isKept = v128.not(f32x4.lt(score, least));
    const keptWeight = v128.and(weight, isKept);
    v128.store(out, keptWeight);
    keptSum = f32x4.add(keptSum, keptWeight);
    droppedSum = f32x4.add(droppedSum, v128.andnot(weight, isKept));
    counts = i32x4.sub(counts, isKept);
    addFlags(flags, isKept);
    if (flags != 0) flags += 16;
  }
  if (count > 0) {
    const lanes = lanesBelow(count), score = v128.load(scores);
    const weight = v128.and(f32x4.mul(expBelowZero(f32x4.sub(score, most)), factor), lanes);
    const isKept = v128.andnot(lanes, f32x4.lt(score, least));
    const keptWeight = v128.and(weight, isKept);
    v128.store(out, v128.bitselect(keptWeight, v128.load(out), lanes));
    keptSum = f32x4.add(keptSum, keptWeight);
    droppedSum = f32x4.add(droppedSum, v128.andnot(weight, isKept));
    counts = i32x4.sub(counts, isKept);
    addFlags(flags, isKept);
  }
  keptMass += sumLanes(keptSum);
  droppedMass += sumLanes(droppedSum);
  kept += sumIntegers(counts);
}

// @ts-ignore: decorator
@inline
function sumIntegers(a: v128): i32 {
  const pairs = i32x4.add(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}

/** Drops all but the `wanted` largest of `count` weights; of equal ones the lower index stays. */
export function keepLargest(weights: usize, count: i32, wanted: i32, flags: usize): void {
  const smallest = selectNth(weights, count, count - wanted, block.bins);
  let ties = wanted;
  for (let i: usize = 0; i < (count as usize) << 2; i += 4) {
    if (load<f32>(weights + i) > smallest) ties--;
  }
  startWeights();
  for (let i: usize = 0; i < (count as usize) << 2; i += 4) {
    const weight = load<f32>(weights + i);
    if (weight < smallest || (weight == smallest && ties-- <= 0)) {
      droppedMass += weight;
      store<f32>(weights + i, 0);
    } else {
      keptMass += weight;
      kept++;
      store<i32>(flags + i, -1);
    }
  }
}

/** Drops the weights of the keys that `chosen`, u8 [count], has 0 for. */
export function keepChosen(weights: usize, count: i32, chosen: usize, flags: usize): void {
  startWeights();
  for (let i: usize = 0; i < (count as usize); i++) {
    const at = weights + (i << 2), weight = load<f32>(at);
    if (load<u8>(chosen + i) == 0) {
      droppedMass += weight;
      store<f32>(at, 0);
    } else {
      keptMass += weight;
      kept++;
      store<i32>(flags + (i << 2), -1);
    }
  }
}

/** ascending[min(n − 1, ⌊level·n⌋)] of all n weights at each of some f32 levels. */
export function quantilesOf(scores: usize, count: i32, levels: usize, levelCount: i32, out: usize): void {
  weigh(scores, block.spare, 0, count, -Infinity, 0);
  for (let at: usize = 0; at < (levelCount as usize) << 2; at += 4) {
    const index = min(count - 1, ((load<f32>(levels + at) as f64) * count) as i32);
    store<f32>(out + at, selectNth(block.spare, count, index, block.bins));
  }
}

/** ascending[min(n − 1, ⌊τ·n⌋)] of the n weights from `first` to `end`; NaN when there is none. */
export function quantileOf(scores: usize, first: i32, end: i32, tau: f64): f32 {
  const count = end - first;
  if (count <= 0) return NaN;
  weigh(scores, block.spare, first, end, -Infinity, 0);
  const index = min(count - 1, (tau * count) as i32);
  return selectNth(block.spare + ((first as usize) << 2), count, index, block.bins);
}
