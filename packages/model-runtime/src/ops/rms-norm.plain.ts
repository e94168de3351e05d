/** out[r, :] = x[r, :] / √(mean(x[r, :]²) + epsilon) · weight, the mean in float64. */
export function rmsNormPlain(
  out: Float32Array,
  x: Float32Array,
  weight: Float32Array,
  rows: number,
  width: number,
  epsilon: number,
): void {
  for (let start = 0; start < rows * width; start += width) {
    let squares = 0;
    for (let i = start; i < start + width; i++) squares += x[i]! * x[i]!;
    const factor = 1 / Math.sqrt(squares / width + epsilon);
    for (let i = 0; i < width; i++) out[start + i] = x[start + i]! * factor * weight[i]!;
  }
}
