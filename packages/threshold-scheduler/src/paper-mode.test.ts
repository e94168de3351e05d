import { createNormal, createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import { paperMode } from "./paper-mode.ts";
import { createThresholdScheduler } from "./sequence-scheduler.ts";

/** ln θ̂ as the paper defines it, written down once more: ordinary least squares of ln θ on ln x, then the line. */
function definition(x: readonly number[], theta: readonly number[], at: number): number {
  const n = x.length;
  let sumX = 0;
  let sumY = 0;
  for (let i = 0; i < n; i++) {
    sumX += Math.log(x[i]!);
    sumY += Math.log(theta[i]!);
  }
  let products = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    products += (Math.log(x[i]!) - sumX / n) * (Math.log(theta[i]!) - sumY / n);
    squares += (Math.log(x[i]!) - sumX / n) ** 2;
  }
  const beta = -products / squares;
  const logAlpha = sumY / n + beta * (sumX / n);
  return Math.fround(logAlpha - beta * Math.log(at));
}

const prompt = 137;
const shape = { layers: 3, heads: 4, quantile: 0.875, warmup: 64 };

function run(clock: "generated-steps" | "context-length" | undefined) {
  const scheduler = createThresholdScheduler(paperMode({ ...shape, clock }));
  const normal = createNormal(createRandom(42));
  const x: number[] = [];
  const theta: number[][] = Array.from({ length: shape.layers * shape.heads }, () => []);
  for (let step = 1; step <= shape.warmup; step++) {
    scheduler.plan(prompt + step);
    x.push(clock === "context-length" ? prompt + step : step);
    for (let layer = 0; layer < shape.layers; layer++) {
      const quantiles = Float32Array.from(
        { length: shape.heads },
        () => Math.exp(normal()) / (prompt + step),
      );
      scheduler.observeQuantiles(layer, quantiles);
      quantiles.forEach((value, head) => {
        theta[layer * shape.heads + head]!.push(value);
      });
    }
  }
  return { scheduler, x, theta };
}

describe("paperMode", () => {
  test("counts generated steps unless asked for the context length", () => {
    expect(paperMode(shape)).toEqual({
      ...shape,
      clock: "generated-steps",
      budget: "head",
      fit: "least-squares",
      margin: "none",
      feedback: "none",
      drift: "none",
    });
    expect(paperMode({ ...shape, clock: "context-length" }).clock).toBe("context-length");
  });

  test.each([undefined, "generated-steps", "context-length"] as const)(
    "with the clock %s, equals the definition to the last bit, frozen after the warmup",
    (clock) => {
      const { scheduler, x, theta } = run(clock);
      for (let step = shape.warmup + 1; step < shape.warmup + 300; step++) {
        const plan = scheduler.plan(prompt + step);
        const at = clock === "context-length" ? prompt + step : step;
        const expected = theta.map((theta) => definition(x, theta, at));
        expect(plan).toEqual({ phase: "sift", step, logThresholds: Float32Array.from(expected) });
      }
    },
  );

  test("a warmup step left out of the definition is seen", () => {
    const { scheduler, x, theta } = run(undefined);
    const plan = scheduler.plan(prompt + shape.warmup + 1);
    const wrong = theta.map((theta) => definition(x.slice(1), theta.slice(1), shape.warmup + 1));
    expect(plan).not.toMatchObject({ logThresholds: Float32Array.from(wrong) });
  });
});
