/** Rows at positions [firstPosition, endPosition), each of which sees position + 1 keys. */
export interface RowRange {
  readonly firstPosition: number;
  readonly endPosition: number;
}

/** Mean over the rows of min(visible, kept) / visible. */
function meanKept({ firstPosition, endPosition }: RowRange, kept: number): number {
  let sum = 0;
  for (let visible = firstPosition + 1; visible <= endPosition; visible++) {
    sum += Math.min(visible, kept) / visible;
  }
  return sum / (endPosition - firstPosition);
}

/**
 * The window, beside the first `sinks` keys, whose mean kept fraction over the rows comes nearest to a budget.
 * @returns at least 1.
 */
export function windowForBudget(range: RowRange, sinks: number, fraction: number): number {
  let [low, high] = [1, range.endPosition];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (meanKept(range, sinks + middle) >= fraction) high = middle;
    else low = middle + 1;
  }
  const over = meanKept(range, sinks + low) - fraction;
  const under = fraction - meanKept(range, sinks + low - 1);
  return low > 1 && under < over ? low - 1 : low;
}
