function swap(values: Float64Array, i: number, j: number): void {
  const held = values[i]!;
  values[i] = values[j]!;
  values[j] = held;
}

/** Moves the k-th smallest value to place k, smaller ones below it and larger ones above (Hoare's FIND). */
function select(values: Float64Array, k: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) swap(values, i++, j--);
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return values[k]!;
}

/** The median of at least one number; between the two middle ones of an even count. Reorders the numbers. */
export function medianInPlace(values: Float64Array): number {
  const upperMiddle = values.length >> 1;
  const upper = select(values, upperMiddle);
  if (values.length % 2 === 1) return upper;
  let lower = values[0]!;
  for (let i = 1; i < upperMiddle; i++) lower = Math.max(lower, values[i]!);
  return (lower + upper) / 2;
}
