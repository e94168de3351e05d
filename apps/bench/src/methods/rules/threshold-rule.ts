import { logSumExp } from "../../measures/log-sum-exp.ts";
import type { LineRule } from "./line-rule.ts";

/** Keeps the keys whose weight is at least θ. */
export function thresholdRule(logThreshold: number): LineRule {
  return (scores, kept) => {
    const least = logSumExp(scores) + logThreshold;
    for (let key = 0; key < scores.length; key++) if (!(scores[key]! < least)) kept[key] = 1;
  };
}
