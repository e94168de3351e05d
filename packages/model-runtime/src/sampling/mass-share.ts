/** A fraction in [0, 1) in units of 2^-64, rounded down: exact for what has up to 53 bits and is not under 2^-11. */
export function toShare(fraction: number): bigint {
  return BigInt(Math.floor(fraction * 2 ** 64));
}

/** ⌊total · share⌋ for a whole number below 2^53. */
export function massShare(total: number, share: bigint): number {
  return Number((BigInt(total) * share) >> 64n);
}

/** The share at which top-p's last token stands: 2^-64 less than p, so that a mass of exactly p is enough. */
export function nucleusShare(topP: number): bigint {
  const share = toShare(topP);
  return share > 0n ? share - 1n : 0n;
}
