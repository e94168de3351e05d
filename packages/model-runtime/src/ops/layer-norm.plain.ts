/** Weight and bias of a layer norm, f32 [width] each. */
export interface PlainLayerNorm {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly rows: number;
  readonly width: number;
  readonly epsilon: number;
}

/** out[r, :] = (x[r, :] − mean) / √(variance + epsilon) · weight + bias, mean and variance in float64. */
export function layerNormPlain(out: Float32Array, x: Float32Array, call: PlainLayerNorm): void {
  const { weight, bias, rows, width, epsilon } = call;
  for (let start = 0; start < rows * width; start += width) {
    let sum = 0;
    for (let i = start; i < start + width; i++) sum += x[i]!;
    const mean = sum / width;
    let squares = 0;
    for (let i = start; i < start + width; i++) squares += (x[i]! - mean) ** 2;
    const factor = 1 / Math.sqrt(squares / width + epsilon);
    for (let i = 0; i < width; i++) {
      out[start + i] = (x[start + i]! - mean) * factor * weight[i]! + bias[i]!;
    }
  }
}
