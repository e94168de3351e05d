/** ln Σ exp(x); −∞ for no numbers. */
export function logSumExp(x: Float32Array): number {
  let maximum = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < x.length; i++) if (x[i]! > maximum) maximum = x[i]!;
  if (maximum === Number.NEGATIVE_INFINITY) return maximum;
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.exp(x[i]! - maximum);
  return maximum + Math.log(sum);
}
