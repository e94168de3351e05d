/** ln Σ exp(logits), in float64. */
function logSumExp(logits: Float32Array): number {
  let maximum = -Infinity;
  for (const logit of logits) if (logit > maximum) maximum = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - maximum);
  return maximum + Math.log(sum);
}

/**
 * Natural logarithms of the softmax of one row, rounded to float32. Written out because it runs over the whole
 * vocabulary at every position; the tests hold it to reference-attention.
 * @param logits [vocabulary].
 */
export function logProbabilities(logits: Float32Array): Float32Array {
  const normaliser = logSumExp(logits);
  return logits.map((logit) => logit - normaliser);
}
