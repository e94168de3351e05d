import { klOfLogs } from "../measures/kl-divergence.ts";
import { topToken } from "../measures/top-token.ts";

/** One position of the text under full attention and under a method. */
export interface RowComparison {
  /** −ln q(next) + ln p(next), in nats: above 0 where the method predicts worse. */
  readonly lossDifference: number;
  /** KL(p ‖ q) in nats. */
  readonly divergence: number;
  readonly sameTopToken: boolean;
}

/**
 * @param full Log-probabilities under full attention: [vocabulary].
 * @param method Log-probabilities under the method: [vocabulary].
 * @param next The token of the text that follows.
 */
export function compareRow(full: Float32Array, method: Float32Array, next: number): RowComparison {
  return {
    lossDifference: full[next]! - method[next]!,
    divergence: klOfLogs(full, method),
    sameTopToken: topToken(full) === topToken(method),
  };
}
