import { describe, expect, test } from "vitest";
import { type Knob, knobs, variationsOf } from "./knob-variations.ts";
import { searchKnobs } from "./search-knobs.ts";
import type { TuningEntries } from "./tuning.ts";

const rows = { lanes: 16, rows: 4, workgroup: 128, workgroups: 256 };
const start: TuningEntries = {
  scores: rows,
  full: rows,
  attend: { ...rows, tile: 256 },
  merge: { columns: 16, rows: 16 },
  denseBelow: 0,
};
const bounds = {
  subject: {
    geometry: { queryHeads: 4, kvHeads: 1, headDim: 128 },
    kvType: "f16",
    variant: { subgroupSize: 32, nativeF16: false },
  },
  limits: { workgroupBytes: 49152, workgroupInvocations: 1024, bindingBytes: 2 ** 31 },
} as const;
const vary = (entries: TuningEntries, knob: Knob) => variationsOf(entries, knob, bounds);

/** A device on which each knob costs by its distance, in doublings, from where it is best. */
function costOf(entries: TuningEntries, best: TuningEntries): number {
  return knobs.reduce((cost, { kernel, name }) => {
    const valueIn = (set: TuningEntries) =>
      (set[kernel] as unknown as Record<string, number>)[name]!;
    return cost * (1 + 0.1 * Math.abs(Math.log2(valueIn(entries) / valueIn(best))));
  }, 1);
}

describe("variationsOf", () => {
  test("halves and doubles a knob, and tries the other counts of lanes", () => {
    const workgroups = vary(start, { kernel: "full", name: "workgroups" });
    expect(workgroups.map(({ full }) => full.workgroups)).toEqual([128, 512]);
    const lanes = vary(start, { kernel: "scores", name: "lanes" });
    expect(lanes.map(({ scores }) => scores.lanes)).toEqual([4, 8, 32]);
  });

  test("leaves out what the device cannot run", () => {
    const entries = { ...start, attend: { ...start.attend, tile: 128 } };
    const tiles = vary(entries, { kernel: "attend", name: "tile" });
    expect(tiles.map(({ attend }) => attend.tile)).toEqual([256]);
    const merge = { ...start, merge: { columns: 8, rows: 8 } };
    expect(vary(merge, { kernel: "merge", name: "rows" }).map((e) => e.merge.rows)).toEqual([16]);
  });
});

describe("searchKnobs", () => {
  const best: TuningEntries = {
    scores: { lanes: 8, rows: 8, workgroup: 128, workgroups: 1024 },
    full: { lanes: 16, rows: 4, workgroup: 64, workgroups: 64 },
    attend: { lanes: 32, rows: 2, workgroup: 256, workgroups: 128, tile: 512 },
    merge: { columns: 32, rows: 8 },
    denseBelow: 0,
  };

  test("finds the best of every knob", async () => {
    const found = await searchKnobs(start, {
      variationsOf: vary,
      ratioOf: async (_, incumbent, candidate) => costOf(candidate, best) / costOf(incumbent, best),
      isOver: () => false,
    });
    expect(found).toEqual(best);
  });

  test("stays where it is for gains that are noise", async () => {
    const found = await searchKnobs(start, {
      variationsOf: vary,
      ratioOf: async () => 0.985,
      isOver: () => false,
    });
    expect(found).toBe(start);
  });

  test("ends with the best so far when its time is over", async () => {
    let measured = 0;
    const found = await searchKnobs(start, {
      variationsOf: vary,
      ratioOf: async () => {
        measured++;
        return 0.5;
      },
      isOver: () => measured >= 2,
    });
    expect(measured).toBe(2);
    expect(found.scores.workgroups).toBe(512);
  });
});
