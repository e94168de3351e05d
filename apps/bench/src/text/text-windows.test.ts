import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textWindows } from "./text-windows.ts";

const tokens = Array.from({ length: 100 }, (_, i) => i);

describe("textWindows", () => {
  test("reach from the first token to the last", () => {
    const windows = textWindows(tokens, { name: "text", length: 30, count: 3 });
    expect(windows.map(({ start }) => start)).toEqual([0, 35, 70]);
    expect(windows[2]!.tokens.at(-1)).toBe(99);
  });

  test("leave the beginning alone where they are told to", () => {
    const options = { name: "text", length: 30, count: 2, skip: 25 };
    expect(textWindows(tokens, options).map(({ start }) => start)).toEqual([25, 70]);
    expect(textWindows(tokens, { ...options, count: 1 })[0]!.start).toBe(25);
    expect(() => textWindows(tokens, { ...options, skip: 71 })).toThrow("at least 101 tokens");
  });

  test("are as many as fit", () => {
    expect(textWindows(tokens, { name: "text", length: 40, count: 9 })).toHaveLength(2);
  });

  test("hold the tokens in front within their length", () => {
    const [window] = textWindows(tokens, { name: "text", length: 5, count: 1, front: [7] });
    expect(window!.tokens).toEqual([7, 0, 1, 2, 3]);
  });

  test("a short text is refused with both numbers", () => {
    expect(() => textWindows(tokens, { name: "a.txt", length: 101, count: 1 })).toThrow(
      "a.txt: expected at least 101 tokens for a context of 101, got 100",
    );
  });

  test("never overlap", () => {
    const lengths = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 40 }), (length, count) => {
        const windows = textWindows(tokens, { name: "text", length, count });
        for (let i = 1; i < windows.length; i++) {
          expect(windows[i]!.start - windows[i - 1]!.start).toBeGreaterThanOrEqual(length);
        }
      }),
    );
  });
});
