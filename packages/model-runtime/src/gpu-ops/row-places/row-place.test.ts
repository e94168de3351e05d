import { describe, expect, test } from "vitest";
import { packRowPlaces } from "./row-place.ts";

const limits = { slots: 2, capacity: 10, vocabularySize: 50 };

describe("packRowPlaces", () => {
  test("says token, position and slot, and with each place how many there are", () => {
    const places = [
      { slot: 1, position: 9, token: 49 },
      { slot: 0, position: 3, token: 0 },
    ];
    expect([...packRowPlaces(places, limits)]).toEqual([49, 9, 1, 8, 0, 3, 0, 8]);
  });

  test("marks a place without a token as one of the drawn token", () => {
    expect([...packRowPlaces([{ slot: 1, position: 2 }], limits)]).toEqual([0, 2, 1, 5]);
  });

  test("marks a place that extends its slot's sums of values", () => {
    const place = { slot: 1, position: 2, extendsSums: true };
    expect([...packRowPlaces([place], limits)]).toEqual([0, 2, 1, 7]);
    expect([...packRowPlaces([{ ...place, token: 3 }], limits)]).toEqual([3, 2, 1, 6]);
  });

  test("fills an array of the caller's from its start", () => {
    const into = new Uint32Array(12).fill(7);
    const packed = packRowPlaces([{ slot: 0, position: 0, token: 5 }], limits, into);
    expect(packed).toBe(into);
    expect([...into.subarray(0, 5)]).toEqual([5, 0, 0, 4, 7]);
  });

  test.each([
    [{ slot: 2, position: 0, token: 0 }, "slot: expected 0 to 1, got 2"],
    [{ slot: 0, position: 10, token: 0 }, "position: expected 0 to 9, got 10"],
    [{ slot: 0, position: 0, token: 50 }, "token: expected 0 to 49, got 50"],
    [{ slot: 0, position: -1, token: 0 }, "position: expected 0 to 9, got -1"],
    [{ slot: 0, position: 0.5, token: 0 }, "position: expected 0 to 9, got 0.5"],
  ])("refuses %o", (place, message) => {
    expect(() => packRowPlaces([place], limits)).toThrow(
      expect.objectContaining({ code: "bad-option", message: `rows[0]: ${message}` }),
    );
  });

  test("refuses more rows than the array holds", () => {
    const place = { slot: 0, position: 0 };
    expect(() => packRowPlaces([place, place], limits, new Uint32Array(7))).toThrow(
      "rows: expected at most 1, got 2",
    );
  });
});
