import { describe, expect, test } from "vitest";
import { BenchError } from "../bench-error.ts";
import { findMethod, METHODS } from "./methods.ts";

const budget = { quantile: 0.75, warmup: 64, firstPosition: 100, endPosition: 1000 };

describe("findMethod", () => {
  test("sift-prior+mean has the runtime's default sift settings", () => {
    expect(findMethod("sift-prior+mean").attention(budget)).toEqual({
      kind: "sift",
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
    expect(() => findMethod("topk")).toThrow(/expected some of full, top-k, .*; got topk/);
  });
});

describe("METHODS", () => {
  test("have different names", () => {
    expect(new Set(METHODS.map(({ name }) => name)).size).toBe(METHODS.length);
  });

  test("come without and with the mean-value fill, but for full attention", () => {
    for (const { name } of METHODS.filter((method) => method.usesQuantile)) {
      const twin = name.endsWith("+mean") ? name.slice(0, -"+mean".length) : `${name}+mean`;
      expect(findMethod(twin).usesQuantile).toBe(true);
    }
  });
});
