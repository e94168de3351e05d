import { createNormal, createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import { calibrate } from "./calibrate.ts";
import { METHODS } from "./methods.ts";

const normal = createNormal(createRandom(8));
const lines = Array.from({ length: 60 }, (_, i) =>
  Float32Array.from({ length: 300 + i }, () => (1 + (i % 3)) * normal()),
);

const calibrated = METHODS.filter(({ calibration, name }) => calibration && !name.includes("+"));

describe("calibrate", () => {
  test.each(calibrated.map(({ name, calibration }) => [name, calibration!] as const))(
    "%s meets its budget on the sample",
    (_, calibration) => {
      for (const target of [0.5, 0.25, 0.125]) {
        const { parameter, keptFraction } = calibrate(calibration, lines, target);
        expect(Math.abs(keptFraction - target)).toBeLessThan(0.002);
        expect(parameter).toBeGreaterThan(calibration.least);
        expect(parameter).toBeLessThan(calibration.most);
      }
    },
  );

  test("a budget that no parameter meets ends at the nearer end", () => {
    const { calibration } = calibrated[0]!;
    expect(calibrate(calibration!, lines, 1).parameter).toBeCloseTo(calibration!.most, 5);
  });
});
