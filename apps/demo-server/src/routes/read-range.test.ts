import { describe, expect, test } from "vitest";
import { readRange } from "./read-range.ts";

const read = (range: string, more: Record<string, string> = {}) =>
  readRange(new Headers({ range, ...more }), '"tag"', 100);

describe("readRange", () => {
  test.each([
    ["bytes=0-", { start: 0, end: 100 }],
    ["bytes=40-", { start: 40, end: 100 }],
    ["bytes=40-49", { start: 40, end: 50 }],
    ["bytes=40-400", { start: 40, end: 100 }],
    ["bytes=-10", { start: 90, end: 100 }],
    ["bytes=-400", { start: 0, end: 100 }],
    ["bytes=100-", "outside"],
    ["bytes=-0", "outside"],
    ["bytes=50-40", undefined],
    ["bytes=-", undefined],
    ["bytes=0-1,5-6", undefined],
    ["lines=1-2", undefined],
  ])("%s", (range, expected) => {
    expect(read(range)).toEqual(expected);
  });

  test("holds for the content that the client has a part of", () => {
    expect(read("bytes=40-", { "if-range": '"tag"' })).toEqual({ start: 40, end: 100 });
    expect(read("bytes=40-", { "if-range": '"other"' })).toBe(undefined);
  });
});
