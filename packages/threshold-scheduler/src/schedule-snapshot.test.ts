import { createRandom } from "@sift-attention/testing/random";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ScheduleOptions } from "./schedule-settings.ts";
import type { ScheduleSnapshot } from "./schedule-snapshot.ts";
import { createThresholdScheduler, restoreThresholdScheduler } from "./sequence-scheduler.ts";
import { SimulatedText, simulatedModel } from "./simulated-heads.fixture.ts";
import type { StepPlan } from "./step-plan.ts";
import type { ThresholdScheduler } from "./threshold-scheduler.ts";

const layers = 2;
const heads = 3;
const frozen = { budget: "head", feedback: "none", drift: "none" } as const;

/** Does the next step of a fixed script, some of it ahead of the observations. Returns a copy of its plan. */
function advance(scheduler: ThresholdScheduler): StepPlan {
  const random = createRandom(scheduler.step + 1);
  const draw = (scale: number) => Array.from({ length: heads }, () => random() * scale);
  const contextLength = 50 + 3 * scheduler.step;
  const plan = scheduler.plan(contextLength);
  if (plan.phase !== "sift") {
    scheduler.observeQuantiles(0, draw(1 / contextLength));
    // Layer 1 reports in pairs: between them it is a step behind.
    for (let pending = plan.step % 2 === 0 || scheduler.remainingWarmup === 0; pending; ) {
      scheduler.observeQuantiles(1, draw(1 / contextLength));
      pending = scheduler.observations(1, 0).x.length < plan.step;
    }
    return plan;
  }
  scheduler.observeSifted(0, draw(1), draw(0.1));
  if (plan.step % 3 === 0) scheduler.observeSifted(1, draw(1), draw(0.1));
  return { ...plan, logThresholds: plan.logThresholds.slice() };
}

function throughJson(scheduler: ThresholdScheduler): unknown {
  return JSON.parse(JSON.stringify(scheduler.snapshot()));
}

function advancedBy(steps: number, options: Partial<ScheduleOptions> = {}): ThresholdScheduler {
  const scheduler = createThresholdScheduler({ layers, heads, warmup: 5, ...frozen, ...options });
  for (let i = 0; i < steps; i++) advance(scheduler);
  return scheduler;
}

describe("restoreThresholdScheduler", () => {
  test("goes on bit for bit from any point of any schedule", () => {
    const options = fc.record({
      warmup: fc.integer({ min: 3, max: 9 }),
      clock: fc.constantFrom("context-length" as const, "generated-steps" as const),
      fit: fc.constantFrom("least-squares" as const, "theil-sen" as const, "slope-prior" as const),
      margin: fc.constantFrom("none" as const, 0.9),
    });
    fc.assert(
      fc.property(options, fc.nat(20), (options, steps) => {
        const scheduler = advancedBy(steps, options);
        const restored = restoreThresholdScheduler(throughJson(scheduler));
        expect(restored.settings).toEqual(scheduler.settings);
        expect(restored.snapshot()).toEqual(scheduler.snapshot());
        for (let i = 0; i < 12; i++) expect(advance(restored)).toEqual(advance(scheduler));
        for (const layer of [0, 1]) {
          expect(restored.law(layer, 2)).toEqual(scheduler.law(layer, 2));
          expect(restored.observations(layer, 2)).toEqual(scheduler.observations(layer, 2));
          expect(restored.sifted(layer, 2)).toEqual(scheduler.sifted(layer, 2));
        }
        expect(restored.snapshot()).toEqual(scheduler.snapshot());
      }),
    );
  });

  test("goes on bit for bit with everything that reports steer, from any point", () => {
    const text = new SimulatedText(simulatedModel, 4);
    const { layers, heads, kvHeads } = simulatedModel;
    const options = fc.record({
      budget: fc.constantFrom("head" as const, "group" as const, "model" as const),
      margin: fc.constantFrom("none" as const, 0.9),
      maxDroppedMass: fc.constantFrom("none" as const, 0.15),
      drift: fc.constantFrom("none" as const, { slack: 0, limit: 0.4 }),
      fallback: fc.constantFrom("none" as const, {
        ...{ above: 0.3, below: 0.2 },
        ...{ hold: 3, denseAfter: 2 },
      }),
      quantile: fc.constantFrom(0.5, 0.9),
    });
    const rows = [32, 64, 128, 256].map((length) => text.quantiles(text.draw(length)));
    const weights = Array.from({ length: 30 }, (_, i) => text.draw(300 + i));
    const step = (scheduler: ThresholdScheduler): unknown => {
      const contextLength = 300 + scheduler.step;
      let plan = scheduler.plan(contextLength);
      for (;;) {
        const seen = weights[contextLength - 300]!;
        const thresholds = plan.phase === "sift" ? plan.logThresholds : new Float32Array();
        const { kept, droppedMass, union } = text.sift(seen, contextLength, thresholds);
        const quantiles = text.quantiles(seen, [scheduler.settings.quantile]);
        for (let layer = 0; layer < layers; layer++) {
          const [from, to] = [layer * heads, (layer + 1) * heads];
          if (plan.phase !== "sift") scheduler.observeQuantiles(layer, quantiles.slice(from, to));
          else {
            const groups = union.subarray(layer * kvHeads, (layer + 1) * kvHeads);
            const [keptHere, dropped] = [kept.subarray(from, to), droppedMass.subarray(from, to)];
            scheduler.observeSifted(layer, keptHere, dropped, groups);
          }
        }
        const again = scheduler.redo();
        if (!again) return { ...plan, thresholds: [...thresholds] };
        plan = again;
      }
    };
    fc.assert(
      fc.property(options, fc.nat(16), (settings, steps) => {
        const scheduler = createThresholdScheduler({ layers, heads, kvHeads, ...settings });
        for (const [i, row] of rows.entries()) scheduler.observePrompt(32 * 2 ** i, row);
        for (let i = 0; i < steps; i++) step(scheduler);
        const restored = restoreThresholdScheduler(throughJson(scheduler));
        expect(restored.snapshot()).toEqual(scheduler.snapshot());
        for (let i = 0; i < 8; i++) expect(step(restored)).toEqual(step(scheduler));
        expect(restored.counters).toEqual(scheduler.counters);
      }),
      { numRuns: 40 },
    );
  });

  test("keeps the count of floored quantiles", () => {
    const scheduler = advancedBy(0);
    scheduler.plan(10);
    scheduler.observeQuantiles(0, [0, 1e-39, 0.5]);
    expect(restoreThresholdScheduler(throughJson(scheduler)).flooredQuantiles).toBe(2);
  });

  test("a snapshot shares nothing with its schedule", () => {
    const scheduler = advancedBy(8);
    const before = throughJson(scheduler);
    const snapshot = scheduler.snapshot();
    advance(scheduler);
    expect(snapshot).toEqual(before);
    const restored = restoreThresholdScheduler(snapshot);
    advance(restored);
    expect(snapshot).toEqual(before);
  });

  test("the restored schedule tells its own listener", () => {
    const heard: number[] = [];
    const restored = restoreThresholdScheduler(throughJson(advancedBy(7)), {
      onSifted: ({ step }) => heard.push(step),
    });
    advance(restored);
    expect(heard).toEqual([8]);
  });

  test.each<[string, (snapshot: ReturnType<typeof editable>) => unknown, string, RegExp]>([
    ["no object", () => null, "bad-snapshot", /^snapshot: expected an object, got null$/],
    ["an array", () => [], "bad-snapshot", /got an array/],
    ["a later version", (s) => ({ ...s, version: 3 }), "snapshot-version", /expected 2, got 3$/],
    ["no version", ({ version, ...s }) => s, "snapshot-version", /got undefined/],
    ["no settings", (s) => ({ ...s, settings: 1 }), "bad-snapshot", /^snapshot\.settings: /],
    [
      "a missing setting",
      (s) => ({ ...s, settings: { ...s.settings, fit: undefined } }),
      "bad-snapshot",
      /^snapshot\.settings\.fit: expected a value, got undefined$/,
    ],
    [
      "a setting out of range",
      (s) => ({ ...s, settings: { ...s.settings, quantile: 2 } }),
      "bad-snapshot",
      /^snapshot\.settings\.quantile: expected a number in \(0, 1\), got 2$/,
    ],
    ["half a step", (s) => ({ ...s, step: 7.5 }), "bad-snapshot", /^snapshot\.step/],
    [
      "fewer steps than sifted reports",
      (s) => ({ ...s, step: 6 }),
      "bad-snapshot",
      /sifted\.steps/,
    ],
    ["a step within the warmup", (s) => ({ ...s, step: 3 }), "bad-snapshot", /isFitted/],
    [
      "a clock value of zero",
      (s) => ({ ...s, clock: [0, ...s.clock.slice(1)] }),
      "bad-snapshot",
      /^snapshot\.clock\[0\]: expected a number in \[1, /,
    ],
    [
      "equal clock values",
      (s) => ({
        ...s,
        settings: { ...s.settings, fit: "least-squares" },
        clock: s.clock.map(() => 9),
      }),
      "bad-snapshot",
      /different context lengths/,
    ],
    [
      "steps that are not counted from 1",
      (s) => ({ ...s, settings: { ...s.settings, clock: "generated-steps" } }),
      "bad-snapshot",
      /^snapshot\.clock\[0\]: expected a number in \[1, 1\]/,
    ],
    [
      "a layer too few",
      (s) => ({ ...s, quantiles: s.quantiles.slice(1) }),
      "bad-snapshot",
      /^snapshot\.quantiles\.length: expected 2, got 1$/,
    ],
    [
      "a layer whose warmup is not complete",
      (s) => ({ ...s, quantiles: [s.quantiles[0], s.quantiles[1]!.slice(heads)] }),
      "bad-snapshot",
      /^snapshot\.quantiles\[1\]\.length \/ heads: expected a number in \[5, 5\], got 4$/,
    ],
    [
      "a quantile without its step",
      (s) => ({ ...s, quantiles: [s.quantiles[0], s.quantiles[1]!.slice(1)] }),
      "bad-snapshot",
      /expected an integer/,
    ],
    [
      "a quantile that JSON lost",
      (s) => ({ ...s, quantiles: [s.quantiles[0]!.with(4, Number.NaN), s.quantiles[1]] }),
      "bad-snapshot",
      /^snapshot\.quantiles\[0\]\[4\]: /,
    ],
    ["no sums", (s) => ({ ...s, sifted: undefined }), "bad-snapshot", /^snapshot\.sifted: /],
    [
      "a mean kept above 1",
      (s) => ({ ...s, sifted: { ...s.sifted, kept: s.sifted.kept.with(0, 99) } }),
      "bad-snapshot",
      /^snapshot\.sifted\.kept\[0\]: expected a number in \[0, 3\], got 99$/,
    ],
    [
      "a head too few in the sums",
      (s) => ({ ...s, sifted: { ...s.sifted, droppedMass: [0] } }),
      "bad-snapshot",
      /^snapshot\.sifted\.droppedMass\.length: expected 6, got 1$/,
    ],
  ])("refuses %s", (_, damage, code, message) => {
    const damaged = damage(editable(advancedBy(8)));
    expect(() => restoreThresholdScheduler(damaged)).toThrowError(
      expect.objectContaining({
        name: "SchedulerError",
        code,
        message: expect.stringMatching(message),
      }),
    );
  });

  test("answers any damage with its own error or a schedule that can go on", () => {
    const text = JSON.stringify(advancedBy(8).snapshot());
    const edit = fc.tuple(fc.nat(text.length - 1), fc.constantFrom(...'0159-.e,[]{}"x'));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const characters = [...text];
        for (const [at, character] of edits) characters[at] = character;
        let damaged: unknown;
        try {
          damaged = JSON.parse(characters.join(""));
        } catch {
          return;
        }
        let restored: ThresholdScheduler;
        try {
          restored = restoreThresholdScheduler(damaged);
        } catch (error) {
          expect(error).toMatchObject({ name: "SchedulerError" });
          return;
        }
        expect(restored.plan(1000).step).toBe(restored.snapshot().step);
      }),
      { numRuns: 2000 },
    );
  });
});

function editable(scheduler: ThresholdScheduler): {
  version: number;
  settings: ScheduleSnapshot["settings"];
  step: number;
  clock: number[];
  quantiles: number[][];
  sifted: { steps: number[]; kept: number[]; droppedMass: number[]; maxDroppedMass: number[] };
} {
  return throughJson(scheduler) as ReturnType<typeof editable>;
}
