import type { HeadLawRecord } from "../../../src/live-events.ts";
import type { Run } from "./run.ts";

/** What the law panel draws of one head: aligned columns over the law's clock. */
export interface HeadSeries {
  /** Clock value of each step, rising. */
  readonly x: readonly number[];
  /** τ-quantile of the weights where it was observed. */
  readonly observed: readonly (number | null)[];
  /** The fitted law at each x, once there is one. */
  readonly fitted: readonly (number | null)[];
  /** The threshold θ where one was used. */
  readonly threshold: readonly (number | null)[];
  readonly law: HeadLawRecord | undefined;
}

/** Collects the observations, law and thresholds of a layer's head from a run's steps. */
export function readHeadSeries(
  run: Pick<Run, "steps" | "laws" | "clock">,
  layer: number,
  head: number,
): HeadSeries {
  const law = run.laws.find((record) => record.layer === layer && record.head === head);
  const rows = run.steps
    .map(({ event }) => ({
      x: run.clock === "generated-steps" ? event.step : event.contextLength,
      observed: event.quantiles?.[layer]?.[head] ?? null,
      threshold: thresholdOf(event.logThresholds?.[layer]?.[head]),
    }))
    .filter(({ observed, threshold }) => observed !== null || threshold !== null);
  return {
    x: rows.map(({ x }) => x),
    observed: rows.map(({ observed }) => observed),
    threshold: rows.map(({ threshold }) => threshold),
    fitted: rows.map(({ x }) => (law ? evaluateLaw(law, x) : null)),
    law,
  };
}

/** y = exp(logScale) · x^(−exponent). */
export function evaluateLaw(law: Pick<HeadLawRecord, "logScale" | "exponent">, x: number): number {
  return Math.exp(law.logScale - law.exponent * Math.log(x));
}

function thresholdOf(logThreshold: number | null | undefined): number | null {
  return logThreshold === undefined || logThreshold === null ? null : Math.exp(logThreshold);
}
