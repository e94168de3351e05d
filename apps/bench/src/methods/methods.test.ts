import { describe, expect, test } from "vitest";
import { BenchError } from "../bench-error.ts";
import { findMethod, METHODS } from "./methods.ts";

const budget = {
  quantile: 0.75,
  warmup: 64,
  attentionFrom: 36,
  firstPosition: 100,
  endPosition: 1000,
};

describe("findMethod", () => {
  test("sift-prior+mean fills the dropped mass", () => {
    expect(findMethod("sift-prior+mean").attention(budget)).toEqual({
      kind: "sift",
      ...{ budget: "head", feedback: "none", drift: "none" },
      quantile: 0.75,
      warmup: 64,
      clock: "context-length",
      fit: "slope-prior",
      droppedMass: "mean-value",
    });
  });

  test("the paper's modes put nothing back and differ in their clock", () => {
    expect(findMethod("sift-paper").attention(budget)).toMatchObject({
      fit: "least-squares",
      clock: "context-length",
      droppedMass: "none",
    });
    expect(findMethod("sift-paper-steps").attention(budget)).toMatchObject({
      clock: "generated-steps",
    });
  });

  test("top-k spends 1 − τ", () => {
    expect(findMethod("top-k").attention(budget)).toMatchObject({ fraction: 0.25 });
  });

  test("an unknown name is refused with the list of names", () => {
    expect(() => findMethod("topk")).toThrow(BenchError);
    expect(() => findMethod("topk")).toThrow(/expected some of full, sift, top-k, .*; got topk/);
  });
});

describe("METHODS", () => {
  test("have different names", () => {
    expect(new Set(METHODS.map(({ name }) => name)).size).toBe(METHODS.length);
  });

  test("come as published and with each answer to the dropped mass", () => {
    const withAnswers = METHODS.filter(({ name }) => !["full", "sift"].includes(name));
    const published = withAnswers.filter(({ name }) => !name.includes("+"));
    expect(withAnswers).toHaveLength(3 * published.length);
    for (const { name, calibration } of published) {
      const rules = withAnswers
        .filter((method) => method.name.split("+")[0] === name)
        .map((method) => method.attention({ ...budget, ...(calibration && { parameter: 0.5 }) }))
        .map((mode) => (mode.kind === "full" ? undefined : mode.droppedMass));
      expect(new Set(rules)).toEqual(new Set(["none", "renormalise", "mean-value"]));
    }
  });

  test("say of themselves whether only the CPU runs them", () => {
    for (const { attention, needsCpu, calibration } of METHODS) {
      const mode = attention({ ...budget, ...(calibration && { parameter: 0.5 }) });
      expect(needsCpu).toBe(mode.kind === "custom");
    }
  });
});
