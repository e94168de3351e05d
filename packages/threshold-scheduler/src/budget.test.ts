import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSampledLength } from "./sampled-levels.ts";
import type { ScheduleDecision } from "./schedule-decision.ts";
import type { ScheduleOptions } from "./schedule-settings.ts";
import { createThresholdScheduler } from "./sequence-scheduler.ts";
import { SimulatedText, simulatedModel } from "./simulated-heads.fixture.ts";
import type { ThresholdScheduler } from "./threshold-scheduler.ts";

const { layers, heads, kvHeads } = simulatedModel;
const shape = { layers, heads, kvHeads };

interface Run {
  readonly scheduler: ThresholdScheduler;
  /** Mean kept fraction and union of each sifted step, and the largest dropped mass. */
  readonly kept: number[];
  readonly union: number[];
  readonly droppedMass: number[];
  readonly phases: string[];
}

interface Course {
  readonly prompt: number;
  readonly steps: number;
  /** Steps that are planned before the first of them is reported, as far as the schedule allows it. */
  readonly ahead?: number;
  readonly seed?: number;
  readonly spread?: (contextLength: number) => number;
}

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Reads a prompt and generates after it. */
function run(options: Partial<ScheduleOptions>, course: Course): Run {
  const { prompt, steps, ahead = 1, seed = 1, spread } = course;
  const text = new SimulatedText(simulatedModel, seed, spread);
  const scheduler = createThresholdScheduler({ ...shape, ...options });
  for (let length = 1; length <= prompt; length++) {
    if (isSampledLength(length) && scheduler.wantsPrompt) {
      scheduler.observePrompt(length, text.quantiles(text.draw(length)));
    }
  }
  const result: Run = { scheduler, kept: [], union: [], droppedMass: [], phases: [] };
  const reports: (() => void)[] = [];
  while (scheduler.step < steps) {
    while (reports.length < ahead && scheduler.plannable > 0 && scheduler.step < steps) {
      reports.push(planOne(result, text, prompt));
    }
    reports.shift()!();
  }
  for (const report of reports) report();
  return result;
}

/** Plans the next step; the returned function reports it, and does it again when it must be. */
function planOne(result: Run, text: SimulatedText, prompt: number): () => void {
  const { scheduler } = result;
  const contextLength = prompt + scheduler.step + 1;
  const plan = scheduler.plan(contextLength);
  const weights = text.draw(contextLength);
  result.phases.push(plan.phase);
  if (plan.phase !== "sift") {
    const quantiles = text.quantiles(weights, plan.phase === "dense" ? undefined : [plan.quantile]);
    const size = quantiles.length / layers;
    return () => {
      for (let layer = 0; layer < layers; layer++) {
        scheduler.observeQuantiles(layer, quantiles.slice(layer * size, (layer + 1) * size));
      }
    };
  }
  let thresholds = plan.logThresholds.slice();
  return () => {
    for (;;) {
      const step = text.sift(weights, contextLength, thresholds);
      reportStep(scheduler, step);
      const again = scheduler.redo();
      if (again?.phase === "sift") {
        thresholds = again.logThresholds.slice();
        continue;
      }
      result.kept.push(mean(step.kept));
      result.union.push(mean(step.union));
      result.droppedMass.push(Math.max(...step.droppedMass));
      return;
    }
  };
}

function reportStep(
  scheduler: ThresholdScheduler,
  { kept, droppedMass, union }: ReturnType<SimulatedText["sift"]>,
): void {
  for (let layer = 0; layer < layers; layer++) {
    const from = layer * heads;
    const fromGroup = layer * kvHeads;
    scheduler.observeSifted(
      layer,
      kept.subarray(from, from + heads),
      droppedMass.subarray(from, from + heads),
      union.subarray(fromGroup, fromGroup + kvHeads),
    );
  }
}

describe("a budget", () => {
  test.each([0.5, 0.75, 0.875])(
    "is held within a point with no warmup, for the whole model, groups and heads: τ = %d",
    (quantile) => {
      for (const budget of ["model", "head", "group"] as const) {
        const { kept, union, phases } = run({ quantile, budget }, { prompt: 600, steps: 200 });
        expect(phases.every((phase) => phase === "sift")).toBe(true);
        const held = budget === "group" ? union : kept;
        expect(Math.abs(mean(held) - (1 - quantile)), budget).toBeLessThan(0.01);
      }
    },
  );

  test("is held without a prompt too, by the prior and feedback, after a warmup for single heads", () => {
    for (const budget of ["model", "group"] as const) {
      const { kept, union, phases } = run({ budget }, { prompt: 10, steps: 250 });
      expect(phases[0]).toBe("sift");
      expect(Math.abs(mean(budget === "group" ? union : kept) - 0.25)).toBeLessThan(0.015);
    }
    const { kept, phases } = run({ budget: "head" }, { prompt: 10, steps: 250 });
    expect(phases[0]).toBe("warmup");
    expect(Math.abs(mean(kept) - 0.25)).toBeLessThan(0.015);
  });

  test("may be the share of value rows read", () => {
    const { kept, union } = run({ controls: "union" }, { prompt: 600, steps: 200 });
    expect(Math.abs(mean(union) - 0.25)).toBeLessThan(0.01);
    expect(mean(kept)).toBeLessThan(0.2);
  });

  test("one threshold for all gives peaked heads less than flat ones, a threshold each the same", () => {
    const spread = ({ scheduler }: Run) => {
      const means = Array.from(
        { length: 16 },
        (_, at) => scheduler.sifted(at >> 2, at & 3).meanKept,
      );
      return Math.max(...means) - Math.min(...means);
    };
    expect(spread(run({ budget: "model" }, { prompt: 600, steps: 100 }))).toBeGreaterThan(0.25);
    expect(spread(run({ budget: "head" }, { prompt: 600, steps: 100 }))).toBeLessThan(0.05);
  });

  test("without feedback the law of the prompt alone is off by more", () => {
    const course = {
      prompt: 600,
      steps: 200,
      spread: (length: number) => (length > 600 ? 1.3 : 1),
    };
    const frozen = { feedback: "none", drift: "none" } as const;
    expect(Math.abs(mean(run(frozen, course).kept) - 0.25)).toBeGreaterThan(0.02);
    expect(Math.abs(mean(run({}, course).kept) - 0.25)).toBeLessThan(0.01);
  });

  test("leaves dense heads and layers out", () => {
    const options = { denseLayers: [0], denseHeads: [[1, 2]] } as const;
    const { scheduler, kept } = run(options, { prompt: 600, steps: 200 });
    const others = Array.from({ length: 16 }, (_, at) => at).filter((at) => at > 3 && at !== 6);
    expect(mean(others.map((at) => scheduler.sifted(at >> 2, at & 3).meanKept))).toBeCloseTo(
      0.25,
      1.9,
    );
    expect(scheduler.sifted(0, 3).meanKept).toBeCloseTo(1, 9);
    expect(scheduler.sifted(1, 2).meanKept).toBeCloseTo(1, 9);
    expect(scheduler.counters.denseHeads).toBe(5);
    expect(mean(kept)).toBeGreaterThan(0.4);
  });

  test("flat heads are found in the prompt", () => {
    const { scheduler } = run({ denseFlatness: 0.735 }, { prompt: 600, steps: 5 });
    // exp(−σ²/2) of the log-normal distribution: 0.84 and 0.77 for the first two heads, 0.70 for the third.
    expect(scheduler.counters.denseHeads).toBe(2);
  });

  test("windows of layers shorten the clock: weights of fewer keys are larger", () => {
    const plan = createThresholdScheduler({ ...shape, windows: [100, null, null, null] }).plan(400);
    if (plan.phase !== "sift") throw new Error("expected a sifted step");
    expect(plan.logThresholds[0]! - plan.logThresholds[4]!).toBeCloseTo(Math.log(4), 5);
  });
});

describe("reports that are late", () => {
  test.each([
    {},
    { budget: "head" },
    { drift: { slack: 0.01, limit: 0.2 } },
    { fallback: { above: 0.6, below: 0.5, hold: 4, denseAfter: 3 } },
    { margin: 0.9, lag: 5 },
    { budget: "head", warmup: "auto", warmupTolerance: 0.4 },
  ] as const)(
    "change nothing: steps planned one by one or as far ahead as may be: %o",
    (options) => {
      const course = {
        prompt: 300,
        steps: 120,
        spread: (length: number) => (length > 360 ? 1.6 : 1),
      };
      const expected = run(options, course);
      for (const ahead of [2, 3, 6]) {
        const actual = run(options, { ...course, ahead });
        expect(actual.kept).toEqual(expected.kept);
        expect(actual.phases).toEqual(expected.phases);
        expect(actual.scheduler.counters).toEqual(expected.scheduler.counters);
      }
    },
  );

  test("may not be later than the lag: t + 1 and t + 2 are planned before the report of t, t + 3 is not", () => {
    const scheduler = createThresholdScheduler({ ...shape, lag: 2 });
    expect(scheduler.plannable).toBe(3);
    for (const length of [11, 12, 13]) scheduler.plan(length);
    expect(scheduler.plannable).toBe(0);
    expect(() => scheduler.plan(14)).toThrowError(
      expect.objectContaining({ code: "missing-observations" }),
    );
    expect(scheduler.step).toBe(3);
  });

  test("the bound on the mean holds for any reports, late or not", () => {
    const report = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(report, { minLength: 5, maxLength: 120 }), (reports) => {
        const scheduler = createThresholdScheduler({
          layers: 1,
          heads: 1,
          feedback: 0.5,
          lag: 2,
          drift: "none",
        });
        for (const [i, kept] of reports.entries()) {
          scheduler.plan(100 + i);
          scheduler.observeSifted(0, [kept], [0]);
        }
        if (scheduler.counters.clamps > 0) return;
        // The reports of the last two steps have not worked yet.
        const worked = reports.slice(0, -3);
        const error = Math.abs(mean(worked) - 0.25);
        const bound = Math.abs(scheduler.corrections()[0]!) / (0.5 * worked.length);
        expect(error).toBeLessThanOrEqual(bound + 1e-9);
      }),
    );
  });
});

describe("a bound on the dropped mass", () => {
  test.each(["lower", "full"] as const)("holds in every step with the answer %s", (floorAnswer) => {
    const options = { quantile: 0.9, maxDroppedMass: 0.12, floorAnswer };
    const { droppedMass, scheduler } = run(options, { prompt: 600, steps: 120 });
    expect(Math.max(...droppedMass)).toBeLessThanOrEqual(0.12);
    expect(scheduler.counters.redos).toBeGreaterThan(4);
    const free = run({ quantile: 0.9 }, { prompt: 600, steps: 120 });
    expect(Math.max(...free.droppedMass)).toBeGreaterThan(0.12);
  });

  test("two attempts are enough, whatever the queries of the second one are", () => {
    const attempts = new Map<number, number>();
    const onDecision = (decision: ScheduleDecision) => {
      if (decision.kind !== "floor") return;
      attempts.set(decision.step, (attempts.get(decision.step) ?? 0) + 1);
    };
    const text = new SimulatedText(simulatedModel, 3);
    const options = {
      ...{ ...shape, quantile: 0.9, maxDroppedMass: 0.05, onDecision },
      drift: "none",
    } as const;
    const scheduler = createThresholdScheduler(options);
    for (let step = 1; step <= 60; step++) {
      const plan = scheduler.plan(500 + step);
      if (plan.phase !== "sift") continue;
      // Other weights are drawn for each attempt, as if the layers before had changed all queries.
      for (let thresholds: ArrayLike<number> | undefined = plan.logThresholds; thresholds; ) {
        reportStep(scheduler, text.sift(text.draw(500 + step), 500 + step, thresholds));
        const again = scheduler.redo();
        thresholds = again?.phase === "sift" ? again.logThresholds : undefined;
      }
    }
    expect(attempts.size).toBeGreaterThan(10);
    expect(Math.max(...attempts.values())).toBe(2);
  });

  test("a head that was lowered stays so for a while, so that few steps are done again", () => {
    const options = { quantile: 0.9, maxDroppedMass: 0.12 };
    const lowered = run(options, { prompt: 600, steps: 120 }).scheduler.counters.redos;
    const full = { ...options, floorAnswer: "full" } as const;
    expect(lowered).toBeLessThan(run(full, { prompt: 600, steps: 120 }).scheduler.counters.redos);
  });

  test("the answer fill counts and does nothing again", () => {
    const options = { quantile: 0.9, maxDroppedMass: 0.12, floorAnswer: "fill" } as const;
    const { scheduler, kept } = run(options, { prompt: 600, steps: 120 });
    expect(scheduler.counters).toMatchObject({ redos: 0 });
    expect(scheduler.counters.exceeded).toBeGreaterThan(10);
    expect(kept).toEqual(run({ quantile: 0.9 }, { prompt: 600, steps: 120 }).kept);
  });

  test("what a step adds that is done again comes on top of the budget", () => {
    const full = { quantile: 0.9, maxDroppedMass: 0.12, floorAnswer: "full" } as const;
    const { scheduler, kept } = run(full, { prompt: 600, steps: 120 });
    const free = run({ quantile: 0.9 }, { prompt: 600, steps: 120 });
    expect(scheduler.corrections()[0]).toBeCloseTo(free.scheduler.corrections()[0]!, 9);
    expect(mean(kept)).toBeGreaterThan(mean(free.kept));
  });

  test("a step that waits to be done again lets none be planned", () => {
    const scheduler = createThresholdScheduler({ layers: 1, heads: 1, maxDroppedMass: 0.1 });
    scheduler.plan(100);
    scheduler.observeSifted(0, [0.2], [0.3]);
    expect(scheduler.plannable).toBe(0);
    expect(() => scheduler.plan(101)).toThrowError(
      expect.objectContaining({
        code: "missing-observations",
        message: expect.stringMatching(/again/),
      }),
    );
    const again = scheduler.redo()!;
    expect(again).toMatchObject({ phase: "sift", step: 1 });
    expect(scheduler.redo()).toBeUndefined();
    expect(scheduler.sifted(0, 0).steps).toBe(0);
    scheduler.observeSifted(0, [0.6], [0.05]);
    expect(scheduler.sifted(0, 0)).toMatchObject({ steps: 1, meanKept: 0.6 });
    expect(scheduler.plan(101)).toMatchObject({ step: 2 });
  });
});

describe("a text that changes", () => {
  test("raises an alarm, takes one dense step, and is back at the budget", () => {
    const decisions: ScheduleDecision[] = [];
    const options = {
      feedback: 0.05,
      drift: { slack: 0.05, limit: 1 },
      onDecision: (decision: ScheduleDecision) => decisions.push(decision),
    };
    const course = {
      prompt: 600,
      steps: 200,
      spread: (length: number) => (length > 660 ? 2.5 : 1),
    };
    const { kept, phases, scheduler } = run(options, course);
    const alarm = decisions.find(({ kind }) => kind === "alarm")!;
    expect(alarm.step).toBeGreaterThan(60);
    expect(alarm.step).toBeLessThan(124);
    expect(scheduler.counters.alarms).toBe(phases.filter((phase) => phase === "dense").length);
    expect(decisions.some(({ kind }) => kind === "anchor")).toBe(true);
    expect(Math.abs(mean(kept.slice(-64)) - 0.25)).toBeLessThan(0.03);
    const without = run({ feedback: 0.05, drift: "none" }, course);
    expect(Math.abs(mean(without.kept.slice(-64)) - 0.25)).toBeGreaterThan(0.03);
  });
});

describe("an automatic warmup", () => {
  test("ends when the law is certain, and times out into the slope prior", () => {
    const decisions: ScheduleDecision[] = [];
    const onDecision = (decision: ScheduleDecision) => decisions.push(decision);
    const options = { budget: "head", feedback: "none", drift: "none", onDecision } as const;
    const certain = run({ ...options, warmupTolerance: 1.5 }, { prompt: 20, steps: 100 });
    const warmup = certain.phases.filter((phase) => phase === "warmup").length;
    expect(warmup).toBeLessThan(40);
    expect(run({ budget: "head" }, { prompt: 20, steps: 30 }).phases.lastIndexOf("warmup")).toBe(
      18,
    );
    const never = { ...options, fit: "least-squares", warmupTolerance: 0.01 } as const;
    const { phases } = run(never, { prompt: 20, steps: 100 });
    expect(phases.filter((phase) => phase === "warmup")).toHaveLength(64 + 3);
    expect(decisions.filter(({ kind }) => kind === "fit")).toEqual([
      expect.objectContaining({ timedOut: false, step: warmup + 1 }),
      expect.objectContaining({ timedOut: true, warmupSteps: 64 }),
    ]);
  });
});

describe("the margin", () => {
  test("keeps more at first, and shrinks as steps are reported", () => {
    const course = { prompt: 600, steps: 60 };
    const [wary, plain] = [run({ margin: 0.9 }, course), run({}, course)];
    expect(wary.kept[0]!).toBeGreaterThan(plain.kept[0]! + 0.02);
    expect(mean(wary.kept.slice(-20))).toBeCloseTo(mean(plain.kept.slice(-20)), 1.7);
  });
});
