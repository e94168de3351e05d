/**
 * Whole numbers from `first` to `last`, spread evenly in their logarithm: at most `count`, ascending, none twice.
 *
 * @param first at least 1
 * @param last at least `first`
 */
export function logSpaced(first: number, last: number, count: number): number[] {
  const ratio = last / first;
  const points = Array.from({ length: count }, (_, i) =>
    Math.round(first * ratio ** (count === 1 ? 1 : i / (count - 1))),
  );
  return [...new Set(points)];
}
