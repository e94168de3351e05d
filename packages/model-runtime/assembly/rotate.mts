// Rotary position embedding in place: x [rows, heads, headDim], cosines and sines [rows, pairs] made by the caller.
//
// grid: runs of SPAN rows.

import { argument } from "./control";

export const SPAN: i32 = 16;

// Arguments 0 to 7: x, cosines, sines, rows, heads, headDim, pairs, layout (0 half, 1 interleaved).

export function rotateTicket(ticket: i32): void {
  const to = min((ticket + 1) * SPAN, argument(3));
  for (let r = ticket * SPAN; r < to; r++) {
    const angles = ((r * argument(6)) as usize) << 2;
    for (let head = 0; head < argument(4); head++) {
      const x = (argument(0) as usize) + (((r * argument(4) + head) * argument(5)) as usize << 2);
      const cosines = (argument(1) as usize) + angles, sines = (argument(2) as usize) + angles;
      if (argument(7) == 0) rotateHalf(x, cosines, sines, argument(6));
      else rotateInterleaved(x, cosines, sines, argument(6));
    }
  }
}

// @ts-ignore: decorator
@inline
function rotatePair(at: usize, partner: usize, cosine: f32, sine: f32): void {
  const a = load<f32>(at), b = load<f32>(partner);
  store<f32>(at, a * cosine - b * sine);
  store<f32>(partner, b * cosine + a * sine);
}

function rotateHalf(x: usize, cosines: usize, sines: usize, pairs: i32): void {
  const partner = x + ((pairs as usize) << 2);
  const end = (pairs as usize) << 2, whole = end & ~15;
  let i: usize = 0;
  for (; i < whole; i += 16) {
    const a = v128.load(x + i), b = v128.load(partner + i);
    const cosine = v128.load(cosines + i), sine = v128.load(sines + i);
    v128.store(x + i, f32x4.sub(f32x4.mul(a, cosine), f32x4.mul(b, sine)));
    v128.store(partner + i, f32x4.add(f32x4.mul(b, cosine), f32x4.mul(a, sine)));
  }
  for (; i < end; i += 4) rotatePair(x + i, partner + i, load<f32>(cosines + i), load<f32>(sines + i));
}

function rotateInterleaved(x: usize, cosines: usize, sines: usize, pairs: i32): void {
  const end = (pairs as usize) << 2;
  for (let i: usize = 0; i < end; i += 4) {
    rotatePair(x + 2 * i, x + 2 * i + 4, load<f32>(cosines + i), load<f32>(sines + i));
  }
}
