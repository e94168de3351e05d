import { describe, expect, test } from "vitest";
import { expectLength, expectShape } from "./expect-shape.ts";
import { TensorError } from "./tensor-error.ts";

describe("expectShape", () => {
  test("lets an equal shape pass", () => {
    expect(expectShape("keys", [8, 512, 64], [8, 512, 64])).toBeUndefined();
  });

  test("prints both shapes when one dimension differs", () => {
    const wrong = () => expectShape("keys", [8, 512, 64], [8, 512, 32]);
    expect(wrong).toThrow(
      new TensorError("shape-mismatch", "keys: expected [8, 512, 64], got [8, 512, 32]"),
    );
  });

  test("refuses another number of dimensions even when the count of numbers agrees", () => {
    expect(() => expectShape("keys", [8, 64], [512])).toThrow("keys: expected [8, 64], got [512]");
  });

  test.each([[[-1, 8]], [[1.5]], [[Number.NaN]]])("refuses %j as no shape at all", (shape) => {
    const wrong = () => expectShape("values", [1], shape);
    expect(wrong).toThrow(expect.objectContaining({ code: "invalid-shape" }));
  });
});

describe("expectLength", () => {
  test("lets exactly the shape's count pass", () => {
    expect(expectLength("query", [2, 3], new Float32Array(6))).toBeUndefined();
  });

  test.each([5, 7])("refuses %i numbers for [2, 3]", (length) => {
    const wrong = () => expectLength("query", [2, 3], new Float32Array(length));
    expect(wrong).toThrow(
      new TensorError("length-mismatch", `query: expected [2, 3] = 6 numbers, got ${length}`),
    );
  });
});
