/** Below e^−40 a token adds less than 1e-15 nats. */
const NEGLIGIBLE = -40;

/**
 * KL(p ‖ q) = Σ p · (ln p − ln q) in nats, at least 0; exactly 0 for equal rows. Written out because it runs over the
 * whole vocabulary at every position; the tests hold it to reference-attention.
 * @param p Log-probabilities of full attention: [vocabulary].
 * @param q Log-probabilities of the method: [vocabulary].
 */
export function klOfLogs(p: Float32Array, q: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const logP = p[i]!;
    if (logP > NEGLIGIBLE) sum += Math.exp(logP) * (logP - q[i]!);
  }
  return Math.max(0, sum);
}
