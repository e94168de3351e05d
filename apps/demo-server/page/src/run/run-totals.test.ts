import { describe, expect, test } from "vitest";
import type { StepEvent } from "../../../src/live-events.ts";
import { RunTotals } from "./run-totals.ts";
import { createStepRecord } from "./step-record.ts";

const warm: StepEvent = {
  phase: "warmup",
  step: 1,
  contextLength: 8,
  tokensPerSecond: 50,
  kept: [[1, 1]],
  union: [[1]],
  droppedMass: [[0, 0]],
  valueBytesRead: 800,
  valueBytesSkipped: 0,
};
const sifted: StepEvent = {
  ...warm,
  phase: "sift",
  tokensPerSecond: 100,
  kept: [[0.25, 0.75]],
  union: [[0.875]],
  droppedMass: [[0.125, 0.375]],
  valueBytesRead: 700,
  valueBytesSkipped: 100,
};

describe("RunTotals", () => {
  test("adds bytes over all steps and averages the selecting ones alone", () => {
    const totals = new RunTotals();
    for (const event of [warm, sifted]) totals.add(createStepRecord(event));
    expect([totals.valueBytesRead, totals.valueBytesSkipped]).toEqual([1500, 100]);
    expect(totals.means).toEqual({ kept: 0.5, union: 0.875, droppedMass: 0.25 });
    expect(totals.droppedMassMax).toBe(0.375);
    expect([totals.warmupSteps, totals.selectingSteps]).toEqual([1, 1]);
  });

  test("averages speeds by their times: 20 ms and 10 ms are 66.7 a second, not 75", () => {
    const totals = new RunTotals();
    for (const event of [warm, sifted]) totals.add(createStepRecord(event));
    expect(totals.tokensPerSecond).toBeCloseTo(200 / 3, 10);
  });

  test("has no means before a step selects keys", () => {
    const totals = new RunTotals();
    expect([totals.means, totals.tokensPerSecond]).toEqual([undefined, undefined]);
    totals.add(createStepRecord(warm));
    expect(totals.means).toBeUndefined();
  });
});
