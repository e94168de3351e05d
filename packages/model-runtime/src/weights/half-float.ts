/** Value of an IEEE 754 binary16, from its bits in [0, 65535]. Exact. */
export function halfToFloat(bits: number): number {
  table ??= Float32Array.from({ length: 65_536 }, (_, pattern) => decodeHalf(pattern));
  return table[bits]!;
}

let table: Float32Array | undefined;

function decodeHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
