import { describe, expect, test } from "vitest";
import { expectKept } from "./expect-kept.ts";

describe("expectKept", () => {
  test("takes heads that kept the count, whatever their masses are", () => {
    expect(() => expectKept(Uint32Array.of(5, 5, 77, 1, 5, 5, 0, 2), 5)).not.toThrow();
  });

  test("names what heads and unions kept instead", () => {
    expect(() => expectKept(Uint32Array.of(5, 5, 0, 0, 4, 5, 0, 0, 5, 6, 0, 0), 5)).toThrow(
      "kept/union: expected 5/5 of every head, got 4/5, 5/6",
    );
  });
});
