import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MergeTable } from "./merge-table.ts";

type Merge = readonly [left: number, right: number, result: number, rank: number];

/** The definition: look for the best pair, join it, start again. */
function mergeOneByOne(merges: readonly Merge[], symbols: readonly number[]): number[] {
  const list = [...symbols];
  for (;;) {
    let best: { at: number; merge: Merge } | undefined;
    for (let at = 0; at + 1 < list.length; at++) {
      const merge = merges.findLast(([left, right]) => left === list[at] && right === list[at + 1]);
      if (merge && (!best || merge[3] < best.merge[3])) best = { at, merge };
    }
    if (!best) return list;
    list.splice(best.at, 2, best.merge[2]);
  }
}

function createTable(merges: readonly Merge[]): MergeTable {
  const table = new MergeTable();
  for (const merge of merges) table.add(...merge);
  return table;
}

describe("MergeTable", () => {
  const symbol = fc.nat(5);
  const merges = fc.array(fc.tuple(symbol, symbol, symbol, fc.nat(3)), { maxLength: 12 });

  test("joins as one pair after the other would, ties from the left", () => {
    fc.assert(
      fc.property(merges, fc.array(symbol, { maxLength: 40 }), (list, symbols) => {
        expect(createTable(list).apply(symbols)).toEqual(mergeOneByOne(list, symbols));
      }),
      { numRuns: 500 },
    );
  });

  test("tells a table that lacks one merge", () => {
    const list: Merge[] = [
      [0, 1, 2, 0],
      [2, 2, 3, 1],
    ];
    expect(createTable(list).apply([0, 1, 0, 1])).toEqual([3]);
    expect(createTable(list.slice(1)).apply([0, 1, 0, 1])).toEqual([0, 1, 0, 1]);
  });
});
