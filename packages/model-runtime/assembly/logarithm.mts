// ln x in f64 for normal x > 0: x = m · 2^k with m in [√½, √2), then 2·artanh(s) of s = (m − 1) / (m + 1), |s| ≤ 0.172.

export function ln(x: f64): f64 {
  let bits = reinterpret<u64>(x);
  let power = (bits >> 52) as i32 - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    power += 1;
  }
  const s = (m - 1) / (m + 1), square = s * s;
  let series: f64 = 0;
  for (let odd: f64 = 21; odd >= 1; odd -= 2) series = series * square + 1 / odd;
  return 2 * s * series + (power as f64) * 0.6931471805599453;
}
