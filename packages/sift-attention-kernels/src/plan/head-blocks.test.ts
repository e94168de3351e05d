import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { headBlocks } from "./head-blocks.ts";

function blocksOf(group: number, kvHeads = 1) {
  return headBlocks({ queryHeads: group * kvHeads, kvHeads, headDim: 64 });
}

describe("headBlocks", () => {
  test.each([
    [1, 1, 1, 1],
    [3, 1, 3, 4],
    [4, 1, 4, 4],
    [7, 1, 7, 8],
    [8, 1, 8, 8],
    [9, 2, 5, 8],
    [12, 2, 6, 8],
    [32, 4, 8, 8],
  ])(
    "takes a group of %i in %i blocks of %i, %i apart",
    (group, blocks, blockHeads, blockPitch) => {
      expect(blocksOf(group, 2)).toEqual({
        groupSize: group,
        blocks,
        blockHeads,
        blockPitch,
        headBlocks: 2 * blocks,
      });
    },
  );

  test("leaves no head out and no block empty", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (group) => {
        const { blocks, blockHeads, blockPitch } = blocksOf(group);
        expect(blockHeads).toBeLessThanOrEqual(8);
        expect(blocks * blockHeads).toBeGreaterThanOrEqual(group);
        expect((blocks - 1) * blockHeads).toBeLessThan(group);
        expect(blockPitch).toBeGreaterThanOrEqual(blockHeads);
        expect([1, 2, 4, 8]).toContain(blockPitch);
      }),
    );
  });
});
