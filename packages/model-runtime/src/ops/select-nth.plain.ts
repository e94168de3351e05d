/**
 * The number that would stand at `index` if `count` numbers of `values` from `start` were sorted ascending. Reorders
 * `values` in that range (quickselect, Hoare 1961, middle element as pivot). No NaN.
 */
export function selectNth(
  values: Float32Array,
  start: number,
  count: number,
  index: number,
): number {
  const wanted = start + index;
  let low = start;
  let high = start + count - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let left = low;
    let right = high;
    while (left <= right) {
      while (values[left]! < pivot) left++;
      while (values[right]! > pivot) right--;
      if (left <= right) {
        const moved = values[left]!;
        values[left++] = values[right]!;
        values[right--] = moved;
      }
    }
    if (wanted <= right) high = right;
    else if (wanted >= left) low = left;
    else break;
  }
  return values[wanted]!;
}
