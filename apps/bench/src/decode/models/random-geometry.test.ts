import { describe, expect, test } from "vitest";
import { parseRandomGeometry } from "./random-geometry.ts";

describe("parseRandomGeometry", () => {
  test("reads a published model and what differs from it", () => {
    expect(parseRandomGeometry("llama-3.1-8b:layers=4:vocabulary=32000")).toMatchObject({
      layers: 4,
      queryHeads: 32,
      kvHeads: 8,
      headDim: 128,
      vocabularySize: 32000,
    });
  });

  test.each([
    ["layers=2", "got no heads, kv-heads"],
    ["llama-9", "expected one of llama-3.1-8b"],
    ["llama-3.1-8b:layers=0", "got layers=0"],
    ["llama-3.1-8b:kv-heads=5", "a multiple of kv-heads, got 32 and 5"],
  ])("refuses %s", (text, message) => {
    expect(() => parseRandomGeometry(text)).toThrow(message);
  });
});
