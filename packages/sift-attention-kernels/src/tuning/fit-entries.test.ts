import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { headBlocks } from "../plan/head-blocks.ts";
import { attendFits, fitEntries, mergeFits, rowsFit } from "./fit-entries.ts";

const wide = { lanes: 16, rows: 8, workgroup: 256, workgroups: 264 };
const entries = {
  scores: wide,
  full: wide,
  attend: { ...wide, tile: 512 },
  merge: { columns: 4, rows: 16 },
  denseBelow: 77,
};
const roomy = { workgroupBytes: 49152, workgroupInvocations: 1024, bindingBytes: 2 ** 31 };

describe("fitEntries", () => {
  test("leaves alone what fits", () => {
    const blocks = headBlocks({ queryHeads: 4, kvHeads: 1, headDim: 128 });
    const fitted = fitEntries(entries, blocks, roomy);
    expect(fitted).toEqual(entries);
  });

  test("gives every kernel what WebGPU guarantees, whatever the group", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(4, 8, 16, 32),
        (group, lanes) => {
          const limits = {
            workgroupBytes: 16384,
            workgroupInvocations: 256,
            bindingBytes: 2 ** 27,
          };
          const blocks = headBlocks({ queryHeads: group, kvHeads: 1, headDim: 64 });
          const asked = {
            ...entries,
            scores: { ...wide, lanes },
            full: { ...wide, lanes },
            attend: { ...wide, lanes, tile: 1024 },
          };
          const fitted = fitEntries(asked, blocks, limits);
          expect(rowsFit(fitted.scores, blocks, limits)).toBe(true);
          expect(rowsFit(fitted.full, blocks, limits)).toBe(true);
          expect(attendFits(fitted.attend, blocks, limits)).toBe(true);
          expect(mergeFits(fitted.merge, blocks, limits)).toBe(true);
          expect(fitted.attend.tile % fitted.attend.workgroup).toBe(0);
          expect(fitted.attend.workgroup % lanes).toBe(0);
          expect(fitted.denseBelow).toBe(77);
        },
      ),
    );
  });
});
