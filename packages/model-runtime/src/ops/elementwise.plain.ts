/** gate[i] = gate[i] / (1 + exp(−gate[i])) · up[i]. */
export function siluMultiplyPlain(gate: Float32Array, up: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) gate[i] = (gate[i]! / (1 + Math.exp(-gate[i]!))) * up[i]!;
}

/** x[i] += y[i]. */
export function addPlain(x: Float32Array, y: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) x[i] = x[i]! + y[i]!;
}
