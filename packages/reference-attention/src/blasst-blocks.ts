import type { HeadWeights } from "./head-weights.ts";
import type { BlasstRule } from "./keep-rule.ts";
import type { Round } from "./precision.ts";

/** Decides block after block against the maximum of the blocks so far, its own included. */
export function passingBlocks(
  rule: BlasstRule,
  head: HeadWeights,
  round: Round,
): (key: number) => boolean {
  const { blockSize = 1 } = rule;
  const logLambda = round(Math.log(Math.min(1, rule.numerator / head.visible.length)));
  const maxima = blockMaxima(head, blockSize);
  const passing: boolean[] = [];
  let running = Number.NEGATIVE_INFINITY;
  for (const maximum of maxima) {
    running = Math.max(running, maximum);
    passing.push(!(round(maximum - running) < logLambda));
  }
  return (key) => passing[Math.floor(key / blockSize)]!;
}

function blockMaxima({ scores }: HeadWeights, blockSize: number): Float64Array {
  const maxima = new Float64Array(Math.ceil(scores.length / blockSize)).fill(
    Number.NEGATIVE_INFINITY,
  );
  scores.forEach((score, key) => {
    const block = Math.floor(key / blockSize);
    maxima[block] = Math.max(maxima[block]!, score);
  });
  return maxima;
}
