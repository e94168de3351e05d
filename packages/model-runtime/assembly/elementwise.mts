// Operators on each number alone: SiLU times the other branch, and addition.
//
// grid: runs of SPAN numbers.

import { argument } from "./control";
import { exp, expBelowZero } from "./exp";

export const SPAN: i32 = 8192;

// Arguments 0 to 2: x (written), y, count.

/** x / (1 + exp(−x)) · y. */
// @ts-ignore: decorator
@inline
function silu(x: v128, y: v128): v128 {
  const bottom = f32x4.add(f32x4.splat(1), exp(f32x4.neg(x)));
  return f32x4.mul(f32x4.div(x, bottom), y);
}

/** Loads up to four numbers, zero in the lanes from `count` on. */
function loadSome(at: usize, count: i32): v128 {
  let some = f32x4.splat(0);
  if (count > 0) some = f32x4.replace_lane(some, 0, load<f32>(at));
  if (count > 1) some = f32x4.replace_lane(some, 1, load<f32>(at, 4));
  if (count > 2) some = f32x4.replace_lane(some, 2, load<f32>(at, 8));
  return some;
}

function storeSome(at: usize, some: v128, count: i32): void {
  if (count > 0) store<f32>(at, f32x4.extract_lane(some, 0));
  if (count > 1) store<f32>(at, f32x4.extract_lane(some, 1), 4);
  if (count > 2) store<f32>(at, f32x4.extract_lane(some, 2), 8);
}

export function siluMultiplyTicket(ticket: i32): void {
  const from = ticket * SPAN, to = min(from + SPAN, argument(2));
  let x = (argument(0) as usize) + ((from as usize) << 2);
  let y = (argument(1) as usize) + ((from as usize) << 2);
  let left = to - from;
  for (; left >= 4; left -= 4, x += 16, y += 16) v128.store(x, silu(v128.load(x), v128.load(y)));
  storeSome(x, silu(loadSome(x, left), loadSome(y, left)), left);
}

export function addTicket(ticket: i32): void {
  const from = ticket * SPAN, to = min(from + SPAN, argument(2));
  let x = (argument(0) as usize) + ((from as usize) << 2);
  let y = (argument(1) as usize) + ((from as usize) << 2);
  let left = to - from;
  for (; left >= 4; left -= 4, x += 16, y += 16) {
    v128.store(x, f32x4.add(v128.load(x), v128.load(y)));
  }
  storeSome(x, f32x4.add(loadSome(x, left), loadSome(y, left)), left);
}

/** exp of each number, the one for any number or the one of softmax, for tests: [count], count in multiples of four. */
export function exponentials(out: usize, x: usize, count: i32, isBelowZero: bool): void {
  for (let i = 0; i < count; i += 4, out += 16, x += 16) {
    v128.store(out, isBelowZero ? expBelowZero(v128.load(x)) : exp(v128.load(x)));
  }
}
