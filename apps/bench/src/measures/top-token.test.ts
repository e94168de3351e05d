import { describe, expect, test } from "vitest";
import { topToken } from "./top-token.ts";

describe("topToken", () => {
  test("is the index of the largest value", () => {
    expect(topToken(Float32Array.of(-3, -1, -2))).toBe(1);
  });

  test("is the first of equals", () => {
    expect(topToken(Float32Array.of(5, 5, 5))).toBe(0);
  });
});
