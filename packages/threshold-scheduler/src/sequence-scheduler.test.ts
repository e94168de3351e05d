import { predictionInterval } from "@sift-attention/power-law";
import { createNormal, createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import { type ScheduleOptions, scheduleDefaults } from "./schedule-settings.ts";
import type { SchedulerErrorCode } from "./scheduler-error.ts";
import { createThresholdScheduler } from "./sequence-scheduler.ts";
import type { SiftedObservation } from "./sifted-record.ts";
import type { StepPlan } from "./step-plan.ts";
import golden from "./threshold-scheduler.golden.json" with { type: "json" };
import type { ThresholdScheduler } from "./threshold-scheduler.ts";

function failing(code: SchedulerErrorCode, message: RegExp = /./) {
  return expect.objectContaining({
    name: "SchedulerError",
    code,
    message: expect.stringMatching(message),
  });
}

function expectThresholds(plan: StepPlan): Float32Array {
  if (plan.phase !== "sift") throw new Error(`expected a sifted step, got ${plan.phase}`);
  return plan.logThresholds;
}

/** Noisy quantiles falling as 1/x, the same for the same seed. */
function quantileSource(heads: number, seed: number): (x: number) => Float32Array {
  const normal = createNormal(createRandom(seed));
  return (x) => Float32Array.from({ length: heads }, () => Math.exp(0.2 * normal() - 1) / x);
}

/** A scheduler past its warmup, planned step by step after a prompt. */
function warmedUp(options: ScheduleOptions, prompt = 100): ThresholdScheduler {
  const scheduler = createThresholdScheduler(options);
  const quantiles = quantileSource(options.heads, 1);
  while (scheduler.remainingWarmup > 0) {
    const { step } = scheduler.plan(prompt + scheduler.step + 1);
    for (let layer = 0; layer < options.layers; layer++) {
      scheduler.observeQuantiles(layer, quantiles(prompt + step));
    }
  }
  return scheduler;
}

/** As before any feedback: one law a head, frozen. */
const frozen = { budget: "head", feedback: "none", drift: "none" } as const;
const small = { layers: 2, heads: 3, warmup: 4, ...frozen } as const;

describe("createThresholdScheduler", () => {
  test("fills in the defaults", () => {
    expect(createThresholdScheduler({ layers: 8, heads: 16, margin: undefined }).settings).toEqual({
      ...scheduleDefaults,
      ...{ layers: 8, heads: 16, kvHeads: 16, windows: [], denseLayers: [], denseHeads: [] },
    });
    expect(
      createThresholdScheduler({ layers: 1, heads: 4, budget: "group" }).settings,
    ).toMatchObject({ controls: "union" });
  });

  test.each<[Partial<Record<keyof ScheduleOptions, unknown>>, RegExp]>([
    [{ layers: 0 }, /^layers: expected an integer of 1 or more, got 0$/],
    [{ heads: 1.5 }, /^heads/],
    [{ heads: "8" }, /^heads/],
    [{ quantile: 0 }, /^quantile: expected a number in \(0, 1\), got 0$/],
    [{ quantile: 1 }, /^quantile/],
    [{ quantile: Number.NaN }, /^quantile/],
    [{ warmup: 1 }, /^warmup: expected an integer of 2 or more/],
    [{ warmup: 2, margin: 0.9 }, /^warmup: expected an integer of 3 or more/],
    [{ warmup: Infinity }, /^warmup/],
    [{ clock: "wall" }, /^clock: expected context-length or generated-steps, got wall$/],
    [{ fit: "huber" }, /^fit/],
    [{ margin: 0.5 }, /^margin: expected a number in \(0.5, 1\), got 0.5$/],
    [{ margin: 1 }, /^margin/],
    [{ margin: "0.9" }, /^margin/],
    [{ layers: 1000, heads: 1000, warmup: 1000 }, /^layers × heads × warmup: expected at most/],
  ])("refuses %o", (wrong, message) => {
    const options = { layers: 2, heads: 2, ...wrong } as ScheduleOptions;
    expect(() => createThresholdScheduler(options)).toThrowError(failing("bad-option", message));
  });
});

describe("ThresholdScheduler", () => {
  describe.each(golden.cases)("$clock, $fit, margin $margin", (expected) => {
    function worstError(shift: number): number {
      const { layers, heads, warmup, prompt } = golden;
      const options = { layers, heads, warmup, ...frozen, ...expected } as ScheduleOptions;
      const scheduler = createThresholdScheduler(options);
      golden.quantiles.forEach((step, i) => {
        scheduler.plan(prompt + i + 1 + shift);
        step.forEach((quantiles, layer) => {
          scheduler.observeQuantiles(layer, quantiles);
        });
      });
      const errors: number[] = [];
      let at = 0;
      while (scheduler.step < golden.siftedSteps.at(-1)!) {
        const plan = scheduler.plan(prompt + scheduler.step + 1);
        if (plan.step !== golden.siftedSteps[at]) continue;
        expectThresholds(plan).forEach((logThreshold, i) => {
          errors.push(Math.abs(logThreshold - expected.logThresholds[at]![i]!));
        });
        at++;
      }
      expect(errors).toHaveLength(golden.siftedSteps.length * layers * heads);
      return Math.max(...errors);
    }

    test(`agrees with numpy and scipy ${golden.tools.scipy} to the rounding of f32`, () => {
      // Half a unit in the last place of an f32 between 8 and 16.
      expect(worstError(0)).toBeLessThan(2 ** -21 + 1e-9);
    });

    test("a clock that is off by one in the warmup is seen, where the clock is the context", () => {
      if (expected.clock === "generated-steps") expect(worstError(1)).toBeLessThan(1e-6);
      else expect(worstError(1)).toBeGreaterThan(1e-4);
    });
  });

  test("plans w warmup steps, then sifted ones, counted from 1", () => {
    const scheduler = createThresholdScheduler({ ...small, quantile: 0.875 });
    expect([scheduler.step, scheduler.remainingWarmup]).toEqual([0, 4]);
    for (let step = 1; step <= 4; step++) {
      expect(scheduler.plan(10 + step)).toEqual({ phase: "warmup", step, quantile: 0.875 });
      expect([scheduler.step, scheduler.remainingWarmup]).toEqual([step, 4 - step]);
      for (const layer of [0, 1]) scheduler.observeQuantiles(layer, [0.1, 0.2, 0.3]);
    }
    const plan = scheduler.plan(15);
    expect(plan).toMatchObject({ phase: "sift", step: 5 });
    expect(expectThresholds(plan)).toHaveLength(2 * 3);
    expect([scheduler.step, scheduler.remainingWarmup]).toEqual([5, 0]);
  });

  test("thresholds are laid out by layer, then head", () => {
    const scheduler = createThresholdScheduler({ ...small, clock: "generated-steps" });
    for (let step = 1; step <= 4; step++) {
      scheduler.plan(1);
      scheduler.observeQuantiles(0, [0.1 / step, 0.2 / step, 0.3 / step]);
      scheduler.observeQuantiles(1, [0.4 / step, 0.5 / step, 0.6 / step]);
    }
    const thresholds = Array.from(expectThresholds(scheduler.plan(1)), (value) => Math.exp(value));
    [0.02, 0.04, 0.06, 0.08, 0.1, 0.12].forEach((expected, i) => {
      expect(thresholds[i]).toBeCloseTo(expected, 6);
    });
  });

  test("steps planned ahead meet their observations in order, each layer at its own pace", () => {
    const inBatches = createThresholdScheduler(small);
    const quantiles = quantileSource(3, 9);
    const rows = [21, 23, 29, 31].map((x) => ({ x, layers: [quantiles(x), quantiles(x)] }));
    for (const { x } of rows.slice(0, 3)) inBatches.plan(x);
    for (const { layers } of rows.slice(0, 3)) inBatches.observeQuantiles(1, layers[1]!);
    expect(inBatches.observations(1, 0).x).toEqual([21, 23, 29]);
    expect(inBatches.observations(0, 0)).toEqual({ x: [], quantiles: [] });
    inBatches.plan(31);
    for (const { layers } of rows) inBatches.observeQuantiles(0, layers[0]!);
    expect(inBatches.law(0, 2)).toMatchObject({ count: 4 });
    expect(inBatches.law(1, 2)).toBeUndefined();
    inBatches.observeQuantiles(1, rows[3]!.layers[1]!);

    const oneByOne = createThresholdScheduler(small);
    for (const { x, layers } of rows) {
      oneByOne.plan(x);
      layers.forEach((quantiles, layer) => {
        oneByOne.observeQuantiles(layer, quantiles);
      });
    }
    expect(inBatches.plan(32)).toEqual(oneByOne.plan(32));
    expect(inBatches.snapshot()).toEqual(oneByOne.snapshot());
  });

  test("a sifted step waits for every layer, and names the one that is behind", () => {
    const scheduler = createThresholdScheduler(small);
    for (let x = 10; x < 14; x++) scheduler.plan(x);
    for (let i = 0; i < 4; i++) scheduler.observeQuantiles(0, [0.1, 0.1, 0.1]);
    for (let i = 0; i < 3; i++) scheduler.observeQuantiles(1, [0.1, 0.1, 0.1]);
    expect(() => scheduler.plan(14)).toThrowError(
      failing(
        "missing-observations",
        /^layer 1: expected quantiles of 4 .* step 5, got those of 3$/,
      ),
    );
    expect(scheduler.step).toBe(4);
    scheduler.observeQuantiles(1, [0.1, 0.1, 0.1]);
    expect(scheduler.plan(14)).toMatchObject({ phase: "sift", step: 5 });
  });

  test("refuses quantiles of a step that was not planned", () => {
    const scheduler = createThresholdScheduler(small);
    expect(() => scheduler.observeQuantiles(0, [0.1, 0.1, 0.1])).toThrowError(
      failing("unexpected-observation", /^layer 0: .* 0 planned/),
    );
    const after = warmedUp(small);
    after.plan(105);
    expect(() => after.observeQuantiles(1, [0.1, 0.1, 0.1])).toThrowError(
      failing("unexpected-observation", /^layer 1: .* 4 planned/),
    );
  });

  test.each([
    [[0.1, 0.1], /^quantiles of layer 1: expected \[3\] numbers, one per head, got \[2\]$/],
    [[0.1, Number.NaN, 0.1], /^quantiles of layer 1\[1\]: expected a number in \[0, 1\], got NaN$/],
    [[0.1, 0.1, -0.1], /\[2\]/],
    [[1.1, 0.1, 0.1], /\[0\]/],
  ])("refuses the quantiles %o and keeps its state", (quantiles, message) => {
    const scheduler = createThresholdScheduler(small);
    scheduler.plan(10);
    const before = scheduler.snapshot();
    expect(() => scheduler.observeQuantiles(1, quantiles)).toThrowError(
      failing("bad-observation", message),
    );
    expect(scheduler.snapshot()).toEqual(before);
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity])("refuses the context length %d", (length) => {
    const scheduler = createThresholdScheduler({ ...small, clock: "generated-steps" });
    expect(() => scheduler.plan(length)).toThrowError(failing("bad-argument", /^contextLength/));
    expect(scheduler.step).toBe(0);
  });

  test("refuses layers and heads that it does not have", () => {
    const scheduler = warmedUp(small);
    for (const wrong of [-1, 2, 0.5, Number.NaN]) {
      for (const use of [
        () => scheduler.observeQuantiles(wrong, [0, 0, 0]),
        () => scheduler.observeSifted(wrong, [0, 0, 0], [0, 0, 0]),
        () => scheduler.law(wrong, 0),
        () => scheduler.observations(wrong, 0),
        () => scheduler.sifted(wrong, 0),
      ]) {
        expect(use).toThrowError(
          failing("bad-argument", /^layer: expected an integer in \[0, 2\)/),
        );
      }
    }
    expect(() => scheduler.law(0, 3)).toThrowError(failing("bad-argument", /^head/));
  });

  test("refuses a warmup of equal context lengths before its last step, unless a prior fits it", () => {
    for (const fit of ["least-squares", "theil-sen"] as const) {
      const scheduler = createThresholdScheduler({ ...small, fit });
      for (let i = 0; i < 3; i++) scheduler.plan(50);
      expect(() => scheduler.plan(50)).toThrowError(failing("constant-clock", /got 50 in all/));
      expect(scheduler.plan(51)).toMatchObject({ phase: "warmup", step: 4 });
    }
    const prior = createThresholdScheduler({ ...small, fit: "slope-prior" });
    for (let i = 0; i < 4; i++) prior.plan(50);
    for (const layer of [0, 1]) {
      for (let i = 0; i < 4; i++) prior.observeQuantiles(layer, [0.02, 0.02, 0.02]);
    }
    for (const logThreshold of expectThresholds(prior.plan(100))) {
      expect(Math.exp(logThreshold)).toBeCloseTo(0.01, 8);
    }
  });

  test("raises zero and denormal quantiles to 2^−126 and counts them", () => {
    const scheduler = createThresholdScheduler({ ...small, clock: "generated-steps" });
    for (let step = 1; step <= 4; step++) {
      scheduler.plan(10);
      scheduler.observeQuantiles(0, [0, 1e-40, -1e-9]);
      scheduler.observeQuantiles(1, [1e-37, 0.5, step === 1 ? 0 : 0.25]);
    }
    expect(scheduler.flooredQuantiles).toBe(3 * 4 + 1);
    expect(scheduler.observations(0, 1).quantiles).toEqual(new Array(4).fill(2 ** -126));
    expect(scheduler.observations(1, 2).quantiles).toEqual([2 ** -126, 0.25, 0.25, 0.25]);
    const thresholds = expectThresholds(scheduler.plan(10));
    expect(thresholds.every(Number.isFinite)).toBe(true);
  });

  test("the thresholds of a step are one array, written anew by each plan", () => {
    const scheduler = warmedUp(small);
    const first = expectThresholds(scheduler.plan(105));
    const copy = first.slice();
    expect(expectThresholds(scheduler.plan(1050))).toBe(first);
    expect(first).not.toEqual(copy);
  });

  test("thresholds follow the law that it shows", () => {
    const scheduler = warmedUp({ ...small, fit: "theil-sen" });
    const thresholds = expectThresholds(scheduler.plan(777));
    for (let i = 0; i < 6; i++) {
      const { logScale, exponent } = scheduler.law(Math.floor(i / 3), i % 3)!;
      expect(thresholds[i]).toBe(Math.fround(logScale - exponent * Math.log(777)));
    }
  });

  test.each(["least-squares", "theil-sen", "slope-prior"] as const)(
    "with a margin, thresholds are the one-sided lower bound of %s",
    (fit) => {
      const margin = 0.95;
      const scheduler = warmedUp({ ...small, warmup: 12, fit, margin });
      const free = warmedUp({ ...small, warmup: 12, fit });
      for (const x of [113, 400, 5000]) {
        const thresholds = expectThresholds(scheduler.plan(x));
        const unguarded = expectThresholds(free.plan(x));
        for (let i = 0; i < 6; i++) {
          const law = scheduler.law(Math.floor(i / 3), i % 3)!;
          const { lowLog } = predictionInterval(law, x, 0.9);
          expect(thresholds[i]).toBe(Math.fround(lowLog));
          expect(thresholds[i]).toBeLessThan(unguarded[i]!);
        }
      }
    },
  );

  test("the smallest warmups fit", () => {
    for (const fit of ["least-squares", "theil-sen", "slope-prior"] as const) {
      for (const shortest of [{ warmup: 2 }, { warmup: 3, margin: 0.9 }] as const) {
        const scheduler = warmedUp({ ...small, fit, ...shortest });
        expect(expectThresholds(scheduler.plan(500)).every(Number.isFinite)).toBe(true);
      }
    }
  });

  describe("observeSifted", () => {
    test("adds up what each head kept and dropped", () => {
      const scheduler = warmedUp(small);
      expect(scheduler.sifted(1, 2)).toEqual({
        steps: 0,
        meanKept: 0,
        meanDroppedMass: 0,
        maxDroppedMass: 0,
      });
      for (let x = 105; x < 109; x++) scheduler.plan(x);
      scheduler.observeSifted(1, [0, 0, 0.5], [0, 0, 0.125]);
      scheduler.observeSifted(1, [0, 0, 0.25], [0, 0, 0.375]);
      scheduler.observeSifted(1, [0, 0, 0.75], [0, 0, 0.25]);
      expect(scheduler.sifted(1, 2)).toEqual({
        steps: 3,
        meanKept: 0.5,
        meanDroppedMass: 0.25,
        maxDroppedMass: 0.375,
      });
      expect(scheduler.sifted(0, 2).steps).toBe(0);
    });

    test("hands each report to the listener with its step", () => {
      const heard: SiftedObservation[] = [];
      const scheduler = createThresholdScheduler({
        ...small,
        onSifted: (observation) => heard.push(observation),
      });
      for (let x = 10; x < 14; x++) scheduler.plan(x);
      for (const layer of [0, 1]) {
        for (let i = 0; i < 4; i++) scheduler.observeQuantiles(layer, [0.1, 0.1, 0.1]);
      }
      scheduler.plan(14);
      scheduler.plan(15);
      const kept = Float32Array.of(0.25, 0.5, 0.75);
      const droppedMass = Float32Array.of(0.1, 0.2, 0.3);
      scheduler.observeSifted(0, kept, droppedMass);
      scheduler.observeSifted(0, kept, droppedMass);
      scheduler.observeSifted(1, kept, droppedMass);
      expect(heard.map(({ layer, step }) => [layer, step])).toEqual([
        [0, 5],
        [0, 6],
        [1, 5],
      ]);
      expect(heard[2]).toEqual({ layer: 1, step: 5, kept, droppedMass });
    });

    test("takes rounding past 0 and 1 for what it is, and nothing beyond", () => {
      const scheduler = warmedUp(small);
      scheduler.plan(105);
      expect(() => scheduler.observeSifted(0, [1.01, 1, 1], [0, 0, 0])).toThrowError(
        failing("bad-observation", /^kept of layer 0\[0\]/),
      );
      expect(() => scheduler.observeSifted(0, [1, 1, 1], [0, -0.01, 0])).toThrowError(
        failing("bad-observation", /^droppedMass of layer 0\[1\]/),
      );
      expect(() => scheduler.observeSifted(0, [1, 1], [0, 0, 0])).toThrowError(
        failing("bad-observation", /^kept of layer 0: expected \[3\]/),
      );
      expect(scheduler.sifted(0, 0).steps).toBe(0);
      scheduler.observeSifted(0, [1.0000002, 1, 1], [-1e-7, 0, 0]);
      expect(scheduler.sifted(0, 0)).toEqual({
        steps: 1,
        meanKept: 1,
        meanDroppedMass: 0,
        maxDroppedMass: 0,
      });
    });

    test("refuses reports of steps that were not planned", () => {
      const scheduler = warmedUp(small);
      const report = () => scheduler.observeSifted(0, [1, 1, 1], [0, 0, 0]);
      expect(report).toThrowError(failing("unexpected-observation", /^layer 0: .* 0 planned/));
      scheduler.plan(105);
      report();
      expect(report).toThrowError(failing("unexpected-observation", /^layer 0: .* 1 planned/));
    });
  });
});
