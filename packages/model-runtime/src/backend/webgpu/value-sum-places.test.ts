import { describe, expect, test } from "vitest";
import { ValueSumPlaces } from "./value-sum-places.ts";

describe("ValueSumPlaces", () => {
  test("rows from the first one on extend their slot's sums, and nothing is summed anew", () => {
    const places = new ValueSumPlaces(2);
    for (let position = 0; position < 3; position++) {
      const row = { slot: 1, position };
      expect(places.extend(row)).toBe(true);
      expect(places.sumAnew([row])).toBe(false);
    }
  });

  test("behind rows that steps did not append, sums are made anew once", () => {
    const places = new ValueSumPlaces(1);
    places.overwrite(0, 0);
    const row = { slot: 0, position: 40 };
    expect(places.extend(row)).toBe(false);
    expect(places.sumAnew([row])).toBe(true);
    expect(places.extend({ slot: 0, position: 41 })).toBe(true);
  });

  test("rows written over summed ones take the sums away, rows behind them do not", () => {
    const places = new ValueSumPlaces(1);
    for (let position = 0; position < 5; position++) places.extend({ slot: 0, position });
    places.overwrite(0, 5);
    expect(places.extend({ slot: 0, position: 5 })).toBe(true);
    places.overwrite(0, 3);
    expect(places.extend({ slot: 0, position: 3 })).toBe(false);
    expect(places.extend({ slot: 0, position: 6 })).toBe(false);
  });

  test("one row without sums has those of the whole step made anew", () => {
    const places = new ValueSumPlaces(2);
    const rows = [
      { slot: 0, position: 0 },
      { slot: 1, position: 9 },
    ];
    expect(rows.map((row) => places.extend(row))).toEqual([true, false]);
    expect(places.sumAnew(rows)).toBe(true);
    expect(places.sumAnew(rows)).toBe(false);
  });
});
