import { describe, expect, test } from "vitest";
import { fittedRows, fitVariant, heldOutRows, observedRows } from "./law-rows.ts";
import { LAW_SETTINGS, lawParts } from "./law-settings.ts";
import { LAW_VARIANTS } from "./law-variant.ts";

const parts = lawParts(4000);
const variant = (name: string) => LAW_VARIANTS.find((each) => each.name === name)!;

describe("fittedRows", () => {
  test("no variant sees a row that it is held to", () => {
    for (const each of LAW_VARIANTS) {
      expect(Math.max(...fittedRows(each, parts, LAW_SETTINGS))).toBeLessThanOrEqual(parts.fitted);
    }
    expect(Math.min(...heldOutRows(parts, LAW_SETTINGS))).toBe(parts.fitted + 1);
    expect(Math.max(...heldOutRows(parts, LAW_SETTINGS))).toBe(4000);
  });

  test("a warmup is the first rows behind the prompt", () => {
    const rows = fittedRows(variant("context length, warmup"), parts, LAW_SETTINGS);
    expect([rows[0], rows.at(-1), rows.length]).toEqual([501, 564, 64]);
  });

  test("what is shown is ascending, fitted rows and then those held out", () => {
    const rows = observedRows(parts, LAW_SETTINGS);
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    expect(rows[0]).toBe(parts.first);
  });
});

describe("fitVariant", () => {
  test("a law of generated steps is found on that clock and missed on the other", () => {
    const bySteps = Array.from({ length: 4000 }, (_, i) =>
      i < 500 ? 1 : 0.3 * (i + 1 - 500) ** -0.7,
    );
    const plan = { parts, settings: LAW_SETTINGS };
    const steps = fitVariant(variant("generated steps, log-spaced rows"), bySteps, plan);
    expect(steps.exponent).toBeCloseTo(0.7, 10);
    expect(steps.failures).toEqual([]);
    const length = fitVariant(variant("context length, log-spaced rows"), bySteps, plan);
    expect(length.failures.length).toBeGreaterThan(0);
  });
});
