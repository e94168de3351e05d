import type { LineRule } from "./line-rule.ts";

/**
 * BLASST (arXiv 2512.12087) at its finest, blocks of one key: keys in ascending order are dropped when their score lies
 * more than −ln λ under the highest so far, λ = min(1, a / N) at N visible keys.
 */
export function blasstRule(numerator: number): LineRule {
  return (scores, kept) => {
    const logLambda = Math.log(Math.min(1, numerator / scores.length));
    let highest = Number.NEGATIVE_INFINITY;
    for (let key = 0; key < scores.length; key++) {
      const score = scores[key]!;
      if (score > highest) highest = score;
      if (!(score - highest < logLambda)) kept[key] = 1;
    }
  };
}
