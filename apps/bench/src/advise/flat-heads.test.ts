import { describe, expect, test } from "vitest";
import { flatHeads } from "./flat-heads.ts";

describe("flatHeads", () => {
  test("an even head comes before a peaked one, with its flatness", () => {
    const subject = { text: "a", quantile: 0.75, layer: 0, contextLength: [10, 100] };
    const heads = flatHeads([
      { ...subject, head: 0, logQuantile: [-Math.log(1000), -Math.log(1e5)] },
      { ...subject, head: 1, logQuantile: [-Math.log(10), -Math.log(100)] },
    ]);
    expect(heads.map(({ head }) => head)).toEqual([1, 0]);
    expect(heads[0]!.flatness).toBeCloseTo(0, 12);
    expect(heads[1]!.flatness).toBeCloseTo(-(Math.log(100) + Math.log(1000)) / 2, 12);
  });
});
