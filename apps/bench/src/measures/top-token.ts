/** Index of the largest of the values of one row; the first of equals. */
export function topToken(row: Float32Array): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}
