/**
 * The smallest value that at least `share` of the values do not exceed (nearest rank).
 * @param share In (0, 1].
 * @throws RangeError for no values.
 */
export function percentile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) throw new RangeError("percentile: expected at least one value, got 0");
  const ascending = Float64Array.from(values).sort();
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)]!;
}
