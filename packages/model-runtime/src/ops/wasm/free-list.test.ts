import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FreeList } from "./free-list.ts";

interface Piece {
  readonly address: number;
  readonly byteLength: number;
}

function overlaps(a: Piece, b: Piece): boolean {
  return a.address < b.address + b.byteLength && b.address < a.address + a.byteLength;
}

/** Even entries take so many bytes, odd ones give back the piece of that index among those held. */
const histories = fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 5_000 })), { maxLength: 80 });

describe("FreeList", () => {
  test("hands out aligned pieces that never overlap, whatever was given back before", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const list = new FreeList(64, 4_096, (end) => Math.ceil(end / 4_096) * 4_096);
        const held: Piece[] = [];
        for (const [isTake, number] of history) {
          if (isTake) {
            const piece = { address: list.take(number), byteLength: Math.max(1, number) };
            expect(piece.address % 64).toBe(0);
            expect(piece.address).toBeGreaterThanOrEqual(64);
            expect(held.some((other) => overlaps(piece, other))).toBe(false);
            held.push(piece);
          } else if (held.length > 0) {
            const [piece] = held.splice(number % held.length, 1);
            list.give(piece!.address, piece!.byteLength);
          }
        }
      }),
    );
  });

  test("joins what was given back, in any order, so that it can be taken as one", () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [0, 2, 1],
      [1, 0, 2],
    ]) {
      const list = new FreeList(0, 3 * 64, () => {
        throw new Error("grew");
      });
      const addresses = [list.take(64), list.take(64), list.take(64)];
      for (const index of order) list.give(addresses[index]!, 64);
      expect(list.take(3 * 64)).toBe(0);
    }
  });

  test("grows just past its last gap", () => {
    const ends: number[] = [];
    const list = new FreeList(0, 128, (end) => {
      ends.push(end);
      return end;
    });
    expect(list.take(64)).toBe(0);
    expect(list.take(640)).toBe(64);
    expect(ends).toEqual([704]);
  });
});
