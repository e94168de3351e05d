import { createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import { PassCounter } from "./pass-totals.ts";

const LAYERS = 2;
const HEADS = 3;
const random = createRandom(11);

/** Rows of statistics: [rows][layers][heads]. */
const rows = Array.from({ length: 12 }, (_, row) =>
  Array.from({ length: LAYERS }, () =>
    Array.from({ length: HEADS }, () => ({ kept: 1 + (row % 4), mass: random() })),
  ),
);

function chunk(first: number, end: number) {
  const part = rows.slice(first, end);
  const layout = (value: "kept" | "mass"): Float32Array =>
    Float32Array.from(
      Array.from({ length: LAYERS }, (_, layer) =>
        part.flatMap((row) => row[layer]!.map((head) => head[value])),
      ).flat(),
    );
  const kept = layout("kept");
  return {
    firstPosition: first + 6,
    rows: part.length,
    kept,
    union: kept,
    droppedMass: layout("mass"),
  };
}

function totalsOf(...bounds: number[]) {
  const counter = new PassCounter(LAYERS);
  for (let i = 1; i < bounds.length; i++) counter.add(chunk(bounds[i - 1]!, bounds[i]!));
  return counter.totals();
}

describe("PassCounter", () => {
  test("gives the same bits whatever the size of the chunks", () => {
    const whole = totalsOf(0, 12);
    expect(totalsOf(0, 1, 2, 7, 12)).toEqual(whole);
    expect(totalsOf(0, 5, 12)).toEqual(whole);
  });

  test("counts every mass and head once", () => {
    const { kept, droppedMass } = totalsOf(0, 3, 12);
    expect(kept.queryHeads).toBe(12 * LAYERS * HEADS);
    expect(droppedMass.bins.reduce((sum, [, count]) => sum + count, 0)).toBe(12 * LAYERS * HEADS);
  });
});
