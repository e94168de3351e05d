import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createKeptSet,
  differingKeys,
  isKept,
  type KeptSet,
  keepKey,
  keptKeys,
  unionKept,
} from "./kept-set.ts";

function setOf(contextLength: number, heads: readonly (readonly number[])[]): KeptSet {
  const set = createKeptSet(heads.length, contextLength);
  heads.forEach((keys, head) => {
    for (const key of keys) keepKey(set, head, key);
  });
  return set;
}

describe("createKeptSet", () => {
  test("lays keys out as kernels do: bit i mod 32 of word ⌊i / 32⌋ of the head's own words", () => {
    const set = setOf(40, [[0, 31, 33], [39]]);
    expect([...set.words]).toEqual([0x80000001, 0b10, 0, 1 << 7]);
  });

  test("reads the words of a kernel and ignores bits past the context", () => {
    const set = createKeptSet(1, 33, Uint32Array.of(0b101, 0xffffffff));
    expect(keptKeys(set, 0)).toEqual([0, 2, 32]);
  });

  test("refuses another number of words", () => {
    expect(() => createKeptSet(2, 33, new Uint32Array(3))).toThrow(
      "words: expected [2, 2] = 4 numbers, got 3",
    );
  });
});

describe("keptKeys", () => {
  test("gives back the keys that were put in, in ascending order", () => {
    const keys = fc.uniqueArray(fc.integer({ min: 0, max: 99 }));
    fc.assert(
      fc.property(keys, keys, (first, second) => {
        const set = setOf(100, [first, second]);
        expect(keptKeys(set, 0)).toEqual([...first].sort((a, b) => a - b));
        expect(keptKeys(set, 1)).toEqual([...second].sort((a, b) => a - b));
        expect(isKept(set, 1, 50)).toBe(second.includes(50));
      }),
    );
  });
});

describe("unionKept", () => {
  test("joins the query heads of each KV head and no others", () => {
    const set = setOf(64, [[1], [1, 40], [], [63]]);
    const union = unionKept(set, 2);
    expect([0, 1].map((head) => keptKeys(union, head))).toEqual([[1, 40], [63]]);
  });
});

describe("differingKeys", () => {
  const expected = setOf(64, [[1, 2], [40]]);
  const got = setOf(64, [[1], [40, 41]]);

  test("names the keys that only one of the sets holds", () => {
    expect(differingKeys(expected, got)).toEqual([
      { head: 0, key: 2 },
      { head: 1, key: 41 },
    ]);
    expect(differingKeys(expected, expected)).toEqual([]);
  });

  test("leaves out the keys of the band", () => {
    expect(differingKeys(expected, got, setOf(64, [[2], []]))).toEqual([{ head: 1, key: 41 }]);
  });

  test("refuses sets of different sizes", () => {
    expect(() => differingKeys(expected, setOf(65, [[], []]))).toThrow(
      "got: expected 2 heads of 64 keys, got 2 of 65",
    );
    expect(() => differingKeys(expected, got, setOf(64, [[]]))).toThrow(
      "band: expected 2 heads of 64 keys, got 1 of 64",
    );
  });
});
