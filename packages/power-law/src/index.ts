export type {
  FitOptions,
  LeastSquaresOptions,
  RunningFitOptions,
  SlopePriorOptions,
  TheilSenOptions,
} from "./fit-options.ts";
export { fitPowerLaw } from "./fit-power-law.ts";
export { type PowerLaw, predictLog } from "./power-law.ts";
export { PowerLawError, type PowerLawErrorCode } from "./power-law-error.ts";
export type { PowerLawFit } from "./power-law-fit.ts";
export {
  type PredictionBand,
  type PredictionInterval,
  predictionBand,
  predictionInterval,
} from "./prediction-interval.ts";
export { RunningPowerLaw } from "./running-power-law.ts";
export { studentTQuantile } from "./student-t-quantile.ts";
