import { klDivergence } from "@sift-attention/reference-attention";
import { createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import { klOfLogs } from "./kl-divergence.ts";
import { logProbabilities } from "./log-probabilities.ts";

const logs = (...probabilities: number[]): Float32Array =>
  Float32Array.from(probabilities, (probability) => Math.log(probability));

describe("klOfLogs", () => {
  test("from (1/2, 1/2) to (1/4, 3/4) is ln(4/3) / 2", () => {
    expect(klOfLogs(logs(0.5, 0.5), logs(0.25, 0.75))).toBeCloseTo(Math.log(4 / 3) / 2, 6);
  });

  test("is not symmetric", () => {
    const [p, q] = [logs(0.9, 0.1), logs(0.5, 0.5)];
    expect(Math.abs(klOfLogs(p, q) - klOfLogs(q, p))).toBeGreaterThan(0.1);
  });

  test("of equal rows is exactly 0", () => {
    const row = logProbabilities(Float32Array.of(3, -1, 0.5, 8));
    expect(klOfLogs(row, row)).toBe(0);
  });

  test("of a token that the method rules out is infinite, of one that full attention rules out is not", () => {
    expect(klOfLogs(logs(0.5, 0.5), logs(1, 0))).toBe(Infinity);
    expect(klOfLogs(logs(1, 0), logs(0.5, 0.5))).toBeCloseTo(Math.LN2, 6);
  });

  test("agrees with the reference", () => {
    const random = createRandom(7);
    const draw = (): Float32Array => Float32Array.from({ length: 50 }, () => 8 * random());
    const [p, q] = [draw(), draw()];
    const actual = klOfLogs(logProbabilities(p), logProbabilities(q));
    expect(Math.abs(actual - klDivergence(p, q))).toBeLessThan(1e-6);
  });

  test("sees one changed logit", () => {
    const [p, q] = [Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 2, 3.01, 4)];
    expect(klOfLogs(logProbabilities(p), logProbabilities(q))).toBeGreaterThan(1e-6);
  });
});
