import { describe, expect, test } from "vitest";
import { rotaryFrequencies } from "./rotary-frequencies.ts";

const PLAIN = { theta: 10000, dimensions: 8, layout: "half", scaling: { kind: "none" } } as const;

describe("rotaryFrequencies", () => {
  test("falls from 1 by equal ratios", () => {
    const frequencies = rotaryFrequencies(PLAIN);
    for (const [i, expected] of [1, 0.1, 0.01, 0.001].entries()) {
      expect(frequencies[i]).toBeCloseTo(expected, 15);
    }
  });

  test("linear scaling divides every frequency", () => {
    const scaling = { kind: "linear", factor: 4 } as const;
    expect(rotaryFrequencies({ ...PLAIN, scaling })[1]).toBeCloseTo(0.025, 15);
  });

  test("llama3 keeps short waves, divides long ones and blends between", () => {
    const scaling = {
      kind: "llama3",
      factor: 8,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalContextLength: 8192,
    } as const;
    const plain = rotaryFrequencies({ ...PLAIN, theta: 500000, dimensions: 128 });
    const scaled = rotaryFrequencies({ ...PLAIN, theta: 500000, dimensions: 128, scaling });
    const ratios = plain.map((frequency, i) => scaled[i]! / frequency);
    expect(ratios[0]).toBe(1);
    expect(ratios[63]).toBeCloseTo(1 / 8, 12);
    expect([...ratios]).toEqual([...ratios].sort((a, b) => b - a));
    expect(new Set(ratios).size).toBeGreaterThan(3);
  });

  test("factors divide one by one, and too few of them are refused", () => {
    const factors = Float32Array.of(1, 2, 4, 8);
    const frequencies = rotaryFrequencies({ ...PLAIN, scaling: { kind: "factors", factors } });
    expect(frequencies[3]).toBeCloseTo(0.000125, 15);
    const few = { kind: "factors", factors: factors.subarray(0, 3) } as const;
    expect(() => rotaryFrequencies({ ...PLAIN, scaling: few })).toThrow(
      expect.objectContaining({ code: "bad-config" }),
    );
  });
});
