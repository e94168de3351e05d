/** gate[i] = gate[i] / (1 + exp(−gate[i])) · up[i]. */
export function siluMultiplyPlain(gate: Float32Array, up: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) gate[i] = (gate[i]! / (1 + Math.exp(-gate[i]!))) * up[i]!;
}

/** gate[i] = gelu(gate[i]) · up[i]. */
export function geluMultiplyPlain(gate: Float32Array, up: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) gate[i] = gelu(gate[i]!) * up[i]!;
}

/** x[i] = gelu(x[i]). */
export function geluPlain(x: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) x[i] = gelu(x[i]!);
}

/** The approximation by tanh (arXiv 1606.08415): x/2 · (1 + tanh z) = x / (1 + exp(−2z)). */
function gelu(x: number): number {
  const z = Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
  return x / (1 + Math.exp(-2 * z));
}

/** x[i] = x[i] · factor. */
export function scalePlain(x: Float32Array, factor: number, count: number): void {
  for (let i = 0; i < count; i++) x[i] = x[i]! * factor;
}

/** x[i] = cap · tanh(x[i] / cap). */
export function softCapPlain(x: Float32Array, cap: number, count: number): void {
  for (let i = 0; i < count; i++) x[i] = cap * Math.tanh(x[i]! / cap);
}

/** x[i] += y[i]. */
export function addPlain(x: Float32Array, y: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) x[i] = x[i]! + y[i]!;
}
