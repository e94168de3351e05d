import { logit } from "./sampled-levels.ts";

/** Standard deviation of what the prior says of ln θ, for a margin before anything was seen. */
export const PRIOR_STD = 0.75;

/**
 * ln λ of the law θ = λ / N that is believed before anything was seen, at which heads keep `kept` of their keys on
 * average: a straight line in logit kept.
 */
export function priorLogScale(kept: number): number {
  return -2.55 - 1.17 * logit(kept);
}
