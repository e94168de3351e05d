import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FeedbackControl } from "./feedback-control.ts";
import { FEEDBACK_RANGE, PRIOR_FEEDBACK_RANGE } from "./schedule-settings.ts";

/** Errors of one unit, one a step: kept share less target, whatever the text and the thresholds make of them. */
const anyErrors = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
  minLength: 1,
  maxLength: 300,
});
const anyGain = fc.double({ min: 0.01, max: 10, noNaN: true });

function run(errors: readonly number[], gain: number, start: number): FeedbackControl {
  const control = new FeedbackControl(1, gain);
  control.anchor(0, start);
  for (const error of errors) control.observe(Float64Array.of(error));
  return control;
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

describe("FeedbackControl", () => {
  test("γ · Σ error is the way of the correction and what the clamp cut off, on any input", () => {
    fc.assert(
      fc.property(
        anyErrors,
        anyGain,
        fc.double({ min: -3, max: 3, noNaN: true }),
        (errors, gain, start) => {
          const control = run(errors, gain, start);
          const way = control.corrections[0]! - start;
          expect(gain * sum(errors)).toBeCloseTo(way + control.cut(0), 6);
        },
      ),
    );
  });

  test("while the clamp does not bite, |mean error| ≤ |c_T − c_0| / (γT) ≤ 6 / (γT), on any input", () => {
    let unclamped = 0;
    fc.assert(
      fc.property(anyErrors, fc.double({ min: 0.01, max: 0.5, noNaN: true }), (errors, gain) => {
        const control = run(errors, gain, 0);
        if (control.clamps > 0) return;
        unclamped++;
        const steps = errors.length;
        const mean = Math.abs(sum(errors) / steps);
        expect(mean).toBeLessThanOrEqual(Math.abs(control.corrections[0]!) / (gain * steps) + 1e-9);
        expect(mean).toBeLessThanOrEqual((2 * FEEDBACK_RANGE) / (gain * steps) + 1e-9);
      }),
    );
    expect(unclamped).toBeGreaterThan(10);
  });

  test("a clamp that bites cuts in its own direction only, so that the mean error has the sign of what was cut", () => {
    const control = run(new Array<number>(50).fill(0.5), 1, 0);
    expect([control.corrections[0], control.clamps]).toEqual([FEEDBACK_RANGE, 44]);
    expect(control.cut(0)).toBeCloseTo(22, 9);
    const after = run([...new Array<number>(50).fill(0.5), -0.25], 1, 0);
    // Nothing wound up: the first step the other way moves it.
    expect(after.corrections[0]).toBeCloseTo(FEEDBACK_RANGE - 0.25, 12);
  });

  test("around the prior there is room for a model that is far from it", () => {
    const control = new FeedbackControl(2, 1);
    control.setPrior(0, true);
    for (let step = 0; step < 60; step++) control.observe(Float64Array.of(-0.5, -0.5));
    expect([...control.corrections]).toEqual([-PRIOR_FEEDBACK_RANGE, -FEEDBACK_RANGE]);
    control.setPrior(0, false);
    control.observe(Float64Array.of(0, 0));
    expect(control.corrections[0]).toBe(-FEEDBACK_RANGE);
  });

  test("a cumulative mean in place of the step's error breaks the bound", () => {
    const errors = [...new Array<number>(40).fill(0.05), ...new Array<number>(40).fill(-0.05)];
    const wrong = new FeedbackControl(1, 1);
    errors.forEach((_, i) => {
      wrong.observe(Float64Array.of(sum(errors.slice(0, i + 1)) / (i + 1)));
    });
    const bound = Math.abs(wrong.corrections[0]!) / errors.length;
    expect(Math.abs(bound - Math.abs(sum(errors)) / errors.length)).toBeGreaterThan(0.01);
  });

  test("a unit without an error stays where it is", () => {
    const control = new FeedbackControl(2, 1);
    control.observe(Float64Array.of(Number.NaN, 0.25));
    expect([...control.corrections]).toEqual([0, 0.25]);
  });
});
