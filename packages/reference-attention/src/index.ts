export type { AttentionErrorCode } from "./attention-error.ts";
export { AttentionError } from "./attention-error.ts";
export type { CausalCall, CausalResult } from "./causal-attention.ts";
export { causalAttention } from "./causal-attention.ts";
export type { DecodeResult } from "./decode-attention.ts";
export { decodeAttention } from "./decode-attention.ts";
export type { DecodeCall } from "./decode-call.ts";
export type { DroppedValues } from "./dropped-mass-bound.ts";
export { lostMassBound, meanFillBound, renormaliseBound } from "./dropped-mass-bound.ts";
export type { ExemptKeys } from "./is-exempt.ts";
export { lightestKept, thresholdBand } from "./keep-band.ts";
export type {
  BlasstRule,
  DroppedMassRule,
  FullRule,
  GivenRule,
  KeepRule,
  SiftRule,
  SlidingWindowRule,
  TopFractionRule,
  TopKRule,
  TopPRule,
} from "./keep-rule.ts";
export type { HeadKey, KeptSet } from "./kept-set.ts";
export {
  createKeptSet,
  differingKeys,
  isKept,
  keepKey,
  keptKeys,
  unionKept,
} from "./kept-set.ts";
export { logSumExp } from "./log-sum-exp.ts";
export { klDivergence, negativeLogLikelihood } from "./next-token.ts";
export { cosineSimilarity, maxAbsDifference, relativeL2 } from "./output-error.ts";
export type { PerplexityRatio } from "./perplexity.ts";
export { perplexity, perplexityRatio } from "./perplexity.ts";
export type { Precision } from "./precision.ts";
export { float32Ulp, roundingBound } from "./rounding-bound.ts";
export { logSoftmax, softmax } from "./softmax.ts";
export type { QuantileOptions } from "./weight-quantile.ts";
export { logWeightQuantiles, orderQuantile, weightQuantiles } from "./weight-quantile.ts";
