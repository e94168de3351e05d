// Operators on each number alone: SiLU and GELU, times the other branch or not, scaling, soft caps and addition.
//
// grid: runs of SPAN numbers.

import { argument, number } from "./control";
import { exp, expBelowZero } from "./exp";

export const SPAN: i32 = 8192;

// Arguments 0 to 2: x (written), y, count. Number 0: a factor or a cap.

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

/** x / (1 + exp(−2z)) with z = √(2/π) · (x + 0.044715·x³): x/2 · (1 + tanh z). */
// @ts-ignore: decorator
@inline
function gelu(x: v128): v128 {
  const cubic = f32x4.add(f32x4.mul(f32x4.mul(x, x), f32x4.splat(0.044715)), f32x4.splat(1));
  const z = f32x4.mul(f32x4.mul(x, cubic), f32x4.splat(-1.5957691216057308));
  return f32x4.div(x, f32x4.add(f32x4.splat(1), exp(z)));
}

/** (1 − t) / (1 + t) with t = exp(−2·|x|), and where that would cancel x − x³/3 + 2x⁵/15 − 17x⁷/315 + 62x⁹/2835. */
// @ts-ignore: decorator
@inline
function tanh(x: v128): v128 {
  const size = f32x4.abs(x), one = f32x4.splat(1), square = f32x4.mul(x, x);
  const t = exp(f32x4.mul(size, f32x4.splat(-2)));
  const large = f32x4.div(f32x4.sub(one, t), f32x4.add(one, t));
  const signed = v128.or(large, v128.and(x, i32x4.splat(1 << 31)));
  let series = f32x4.add(f32x4.mul(square, f32x4.splat(62.0 / 2835.0)), f32x4.splat(-17.0 / 315.0));
  series = f32x4.add(f32x4.mul(square, series), f32x4.splat(2.0 / 15.0));
  series = f32x4.add(f32x4.mul(square, series), f32x4.splat(-1.0 / 3.0));
  const small = f32x4.add(x, f32x4.mul(f32x4.mul(x, square), series));
  return v128.bitselect(small, signed, f32x4.lt(size, f32x4.splat(0.25)));
}

const SILU_MULTIPLY: i32 = 0, GELU_MULTIPLY: i32 = 1, GELU: i32 = 2, SCALE: i32 = 3, SOFT_CAP: i32 = 4, ADD: i32 = 5;

// @ts-ignore: decorator
@inline
function apply(operation: i32, x: v128, y: v128): v128 {
  switch (operation) {
    case SILU_MULTIPLY: return silu(x, y);
    case GELU_MULTIPLY: return f32x4.mul(gelu(x), y);
    case GELU: return gelu(x);
    case SCALE: return f32x4.mul(x, y);
    case SOFT_CAP: return f32x4.mul(tanh(f32x4.div(x, y)), y);
    default: return f32x4.add(x, y);
  }
}

// @ts-ignore: decorator
@inline
function runTicket(ticket: i32, operation: i32): void {
  const from = ticket * SPAN, to = min(from + SPAN, argument(2));
  const isBinary = operation != GELU && operation != SCALE && operation != SOFT_CAP;
  const same = f32x4.splat(number(0) as f32);
  let x = (argument(0) as usize) + ((from as usize) << 2);
  let y = (argument(1) as usize) + ((from as usize) << 2);
  let left = to - from;
  for (; left >= 4; left -= 4, x += 16, y += 16) {
    v128.store(x, apply(operation, v128.load(x), isBinary ? v128.load(y) : same));
  }
  storeSome(x, apply(operation, loadSome(x, left), isBinary ? loadSome(y, left) : same), left);
}

export function siluMultiplyTicket(ticket: i32): void {
  runTicket(ticket, SILU_MULTIPLY);
}

export function geluMultiplyTicket(ticket: i32): void {
  runTicket(ticket, GELU_MULTIPLY);
}

export function geluTicket(ticket: i32): void {
  runTicket(ticket, GELU);
}

export function scaleTicket(ticket: i32): void {
  runTicket(ticket, SCALE);
}

export function softCapTicket(ticket: i32): void {
  runTicket(ticket, SOFT_CAP);
}

export function addTicket(ticket: i32): void {
  runTicket(ticket, ADD);
}

/** exp of each number, the one for any number or the one of softmax, for tests: [count], count in multiples of four. */
export function exponentials(out: usize, x: usize, count: i32, isBelowZero: bool): void {
  for (let i = 0; i < count; i += 4, out += 16, x += 16) {
    v128.store(out, isBelowZero ? expBelowZero(v128.load(x)) : exp(v128.load(x)));
  }
}
