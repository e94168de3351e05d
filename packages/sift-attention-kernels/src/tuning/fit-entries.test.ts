import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { possibleLanes } from "../plan/choose-lanes.ts";
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

const variant = { subgroupSize: 32, nativeF16: false } as const;

describe("fitEntries", () => {
  test("leaves alone what fits", () => {
    const geometry = { queryHeads: 4, kvHeads: 1, headDim: 128 };
    expect(fitEntries(entries, { geometry, kvType: "f16", variant }, roomy)).toEqual(entries);
  });

  test("gives every kernel what WebGPU guarantees, whatever the shape and the subgroups", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 4, max: 32 }),
        fc.constantFrom("f16", "f32"),
        fc.constantFrom(0, 4, 8, 16, 32, 64),
        (queryHeads, octets, kvType, subgroupSize) => {
          const limits = {
            workgroupBytes: 16384,
            workgroupInvocations: 256,
            bindingBytes: 2 ** 27,
          };
          const geometry = { queryHeads, kvHeads: 1, headDim: 8 * octets };
          const blocks = headBlocks(geometry);
          const subject = { geometry, kvType, variant: { ...variant, subgroupSize } };
          const lanes = possibleLanes(subject.variant).at(-1)!;
          const asked = {
            ...entries,
            scores: { ...wide, lanes },
            full: { ...wide, lanes },
            attend: { ...wide, lanes, tile: 1024 },
          };
          const fitted = fitEntries(asked, subject, limits);
          expect(rowsFit(fitted.scores, subject, limits)).toBe(true);
          expect(rowsFit(fitted.full, subject, limits)).toBe(true);
          expect(attendFits(fitted.attend, subject, limits)).toBe(true);
          expect(mergeFits(fitted.merge, blocks, limits)).toBe(true);
          expect(fitted.attend.tile % fitted.attend.workgroup).toBe(0);
          expect(fitted.attend.workgroup % lanes).toBe(0);
          expect(fitted.denseBelow).toBe(77);
        },
      ),
    );
  });
});
