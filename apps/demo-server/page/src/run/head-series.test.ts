import { describe, expect, test } from "vitest";
import type { HeadLawRecord, StepEvent } from "../../../src/live-events.ts";
import { HeadSeries } from "./head-series.ts";
import { createStepRecord, type StepRecord } from "./step-record.ts";

const LAW: HeadLawRecord = {
  layer: 0,
  head: 1,
  logScale: Math.log(2),
  exponent: 1,
  rSquared: 1,
  residualStd: 0,
  x: [10, 11],
  quantiles: [0.2, 0.18],
};

function step(number: number, more: Partial<StepEvent>): StepRecord {
  return createStepRecord({
    phase: "warmup",
    step: number,
    contextLength: 9 + number,
    tokensPerSecond: 1,
    kept: [[1, 1]],
    union: [[1]],
    droppedMass: [[0, 0]],
    valueBytesRead: 1,
    valueBytesSkipped: 0,
    ...more,
  });
}

interface Source {
  readonly steps: StepRecord[];
  laws: readonly HeadLawRecord[];
  readonly clock: "context-length" | "generated-steps";
}

describe("HeadSeries", () => {
  test("takes in steps as they come and fits all of them once the law is there", () => {
    const source: Source = { steps: [], laws: [], clock: "context-length" };
    const series = new HeadSeries(source, 0, 1);
    source.steps.push(step(1, { quantiles: [[0.5, 0.2]] }), step(2, { quantiles: [[0.5, 0.18]] }));
    expect(series.extend().observed).toEqual([0.2, 0.18]);
    expect(series.fitted).toEqual([null, null]);

    source.laws = [{ ...LAW, head: 0, logScale: 9 }, LAW];
    source.steps.push(step(3, { phase: "sift", logThresholds: [[null, Math.log(0.125)]] }));
    series.extend();
    expect(series.x).toEqual([10, 11, 12]);
    expect(series.observed).toEqual([0.2, 0.18, null]);
    expect(series.threshold[2]).toBeCloseTo(0.125, 12);
    for (const [at, x] of series.x.entries()) expect(series.fitted[at]).toBeCloseTo(2 / x, 12);
    expect(series.observedCount).toBe(2);
  });

  test("counts on the clock of the law", () => {
    const steps = [step(1, { quantiles: [[0.5, 0.2]] }), step(2, { quantiles: [[0.5, 0.1]] })];
    const series = new HeadSeries({ steps, laws: [], clock: "generated-steps" }, 0, 1);
    expect(series.extend().x).toEqual([1, 2]);
  });

  test("leaves out steps that neither observe nor sift", () => {
    const steps = [
      step(1, { phase: "full" }),
      step(2, { phase: "sift", logThresholds: [[0, null]] }),
    ];
    const series = new HeadSeries({ steps, laws: [], clock: "context-length" }, 0, 1);
    expect(series.extend().x).toEqual([]);
  });
});
