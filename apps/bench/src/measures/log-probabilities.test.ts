import { logSoftmax } from "@sift-attention/reference-attention";
import { createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import { logProbabilities } from "./log-probabilities.ts";

describe("logProbabilities", () => {
  test("of logits 0 and ln 3 are those of 1/4 and 3/4", () => {
    const [first, second] = logProbabilities(Float32Array.of(0, Math.log(3)));
    expect(first).toBeCloseTo(Math.log(1 / 4), 6);
    expect(second).toBeCloseTo(Math.log(3 / 4), 6);
  });

  test("do not overflow for large logits", () => {
    const half = Math.fround(-Math.LN2);
    expect([...logProbabilities(Float32Array.of(1e4, 1e4))]).toEqual([half, half]);
  });

  test("are the reference's, rounded to float32", () => {
    const random = createRandom(1);
    const logits = Float32Array.from({ length: 67 }, () => 20 * random() - 10);
    const expected = logSoftmax(logits);
    logProbabilities(logits).forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(2e-6);
    });
  });
});
