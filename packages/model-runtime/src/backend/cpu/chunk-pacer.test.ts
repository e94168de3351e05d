import { describe, expect, test } from "vitest";
import { ChunkPacer } from "./chunk-pacer.ts";

/** Rows of each chunk on a machine that takes the given time for a row, over `total` rows. */
function chunks(pacer: ChunkPacer, msPerRow: number, total: number): number[] {
  const taken: number[] = [];
  for (let done = 0; done < total; done += taken.at(-1)!) {
    taken.push(pacer.rows(Math.min(64, total - done)));
    pacer.observe(taken.at(-1)!, taken.at(-1)! * msPerRow);
  }
  return taken;
}

describe("ChunkPacer", () => {
  test("grows to the limit on a fast machine", () => {
    expect(chunks(new ChunkPacer(), 0.5, 200)).toEqual([4, 16, 64, 64, 52]);
  });

  test("settles where a chunk takes a tenth of a second", () => {
    expect(chunks(new ChunkPacer(), 10, 60)).toEqual([4, 10, 10, 10, 10, 10, 6]);
  });

  test("goes down to single rows on a slow machine, and stays there", () => {
    expect(chunks(new ChunkPacer(), 150, 8)).toEqual([4, 1, 1, 1, 1]);
  });

  test("keeps rows that share the weights on a busy machine", () => {
    const pacer = new ChunkPacer();
    chunks(pacer, 0.5, 200);
    pacer.observe(64, 900);
    expect(pacer.rows(64)).toBe(8);
    pacer.observe(8, 300);
    expect(pacer.rows(64)).toBe(8);
    pacer.observe(8, 40);
    expect(pacer.rows(64)).toBe(20);
  });

  test("a short rest does not shrink the chunks of the next prompt", () => {
    const pacer = new ChunkPacer();
    chunks(pacer, 0.5, 200);
    expect(chunks(pacer, 2, 3)).toEqual([3]);
    expect(pacer.rows(64)).toBe(64);
  });
});
