import { createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import { fitLaw, halfWidth, type LawPoints } from "./fit-law.ts";
import { LAW_SETTINGS } from "./law-settings.ts";
import { logSpaced } from "./log-spaced.ts";

const method = { method: "least-squares" } as const;

/** θ = 2·x^(−1.2) · e^noise, uniform within ± spread. */
function points(x: readonly number[], spread: number, shift = 0): LawPoints {
  const random = createRandom(7);
  const noise = (): number => spread * (2 * random() - 1);
  return { x, quantiles: x.map((at) => 2 * at ** -1.2 * Math.exp(noise() + shift)) };
}

const [before, after] = [logSpaced(32, 4000, 64), logSpaced(4001, 8000, 64)];

describe("fitLaw", () => {
  test("finds a law without noise and holds on rows that it has not seen", () => {
    const law = fitLaw(
      method,
      { fitted: points(before, 0), heldOut: points(after, 0) },
      LAW_SETTINGS,
    );
    expect(law.exponent).toBeCloseTo(1.2, 10);
    expect(Math.exp(law.logScale)).toBeCloseTo(2, 9);
    expect(law.heldOut).toMatchObject({ rows: after.length });
    expect(law.heldOut.logRms).toBeLessThan(1e-9);
    expect(law.failures).toEqual([]);
  });

  test("the band holds about as many further rows as its level says", () => {
    const law = fitLaw(
      method,
      { fitted: points(before, 0.4), heldOut: points(after, 0.4) },
      LAW_SETTINGS,
    );
    expect(law.failures).toEqual([]);
    expect(law.heldOut.insideBand).toBeGreaterThan(0.8);
    expect(law.heldOut.insideBand).toBeLessThan(1.001);
    expect(halfWidth(law.band, 8000)).toBeGreaterThan(
      halfWidth(law.band, Math.exp(law.band.meanLogX)),
    );
  });

  test("a threshold a third too high on the rows held out is drift, with its sign", () => {
    const shifted = points(after, 0, -Math.log(4 / 3));
    const law = fitLaw(method, { fitted: points(before, 0), heldOut: shifted }, LAW_SETTINGS);
    expect(law.failures).toEqual(["drift"]);
    expect(law.heldOut.logBias).toBeCloseTo(Math.log(4 / 3), 9);
    const smaller = points(after, 0, -Math.log(1.2));
    expect(
      fitLaw(method, { fitted: points(before, 0), heldOut: smaller }, LAW_SETTINGS).failures,
    ).toEqual([]);
  });

  test("rows that the law explains by less than half are scatter", () => {
    const law = fitLaw(
      method,
      { fitted: points(before, 5), heldOut: points(after, 0) },
      LAW_SETTINGS,
    );
    expect(law.rSquared).toBeLessThan(0.5);
    expect(law.failures).toContain("scatter");
  });
});
