import { describe, expect, test } from "vitest";
import type { Contestant } from "../run/contestant.ts";
import { caseRows } from "./case-rows.ts";

const shape = { name: "tiny", geometry: { queryHeads: 1, kvHeads: 1, headDim: 32 } };
const facts = {
  kernelCase: { shape, batch: 1, context: 100, kvType: "f16" as const },
  plan: {
    blocks: { groupSize: 1, blocks: 1, blockHeads: 1, blockPitch: 1, headBlocks: 1 },
    full: { lanes: 4, rows: 4, workgroup: 64, workgroups: 8 },
    attend: { lanes: 4, rows: 4, workgroup: 64, workgroups: 8, tile: 64 },
  },
  stepsPerSample: 8,
  bufferSets: 3,
};

function timed(kernel: Contestant["kernel"], times: number[], variant?: string) {
  const contestant = {
    kernel,
    fraction: 1,
    prepare() {},
    record() {},
    ...(variant && { variant }),
  };
  return { contestant, keptUnion: 1, relativeError: variant ? null : 1.23456e-7, times };
}

const rows = caseRows(
  [
    timed("read-keys", [30, 31, 32], "slow"),
    timed("read-keys", [20, 40, 21], "fast"),
    timed("read-keys-values", [41, 41, 41], "only"),
    timed("full", [50, 40, 90, 60, 70, 80, 100, 20, 30, 10]),
  ],
  facts,
);

describe("caseRows", () => {
  test("reports the launch of each plain read with the least median", () => {
    expect(rows.map(({ kernel, variant }) => [kernel, variant])).toEqual([
      ["read-keys", "fast"],
      ["read-keys-values", "only"],
      ["full", undefined],
    ]);
  });

  test("gives median, deciles, the floor by the plain reads, and how it was measured", () => {
    expect(rows[2]).toMatchObject({
      shape: "tiny",
      batch: 1,
      context: 100,
      medianUs: 50,
      p10Us: 10,
      p90Us: 90,
      floorUs: 41,
      samples: 10,
      stepsPerSample: 8,
      bufferSets: 3,
      relativeError: 1.23e-7,
    });
  });
});
