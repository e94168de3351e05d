import { expectGeometry } from "@sift-attention/tensor";
import { describe, expect, test } from "vitest";
import { findShape, SHAPES } from "./attention-shape.ts";

describe("findShape", () => {
  test("finds each shape by its name, and each can be", () => {
    for (const shape of SHAPES) {
      expect(findShape(shape.name)).toBe(shape);
      expect(() => expectGeometry(shape.geometry)).not.toThrow();
    }
  });

  test("names the shapes there are", () => {
    expect(() => findShape("llama")).toThrow("--shapes: expected some of llama-3.1-8b, smollm2");
  });
});
