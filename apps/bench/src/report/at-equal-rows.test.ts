import { describe, expect, test } from "vitest";
import type { QualityRow } from "../quality/quality-row.ts";
import { atEqualRows } from "./at-equal-rows.ts";

const row = (method: string, quantile: number | null, keptUnion: number, klMean: number) =>
  ({ method, quantile, keptUnion, klMean }) as QualityRow;

describe("atEqualRows", () => {
  const rows = [
    row("full", null, 1, 0),
    row("top-k", 0.75, 0.4, 0.01),
    row("top-k", 0.95, 0.1, 0.04),
    row("window", 0.75, 0.25, 0.3),
    row("window", 0.5, 0.5, 0.2),
    row("sift", 0.75, 0.45, 0.001),
    row("sift", 0.875, 0.3, 0.002),
  ];

  test("lies on the line of logarithms between the neighbouring τ", () => {
    const [topK] = atEqualRows(rows, 0.2);
    expect(topK).toEqual({
      method: "top-k",
      klMean: expect.closeTo(0.02, 12),
      between: [0.75, 0.95],
    });
  });

  test("is the measured number where the share was measured", () => {
    const window = atEqualRows(rows, 0.5)[1]!;
    expect(window.klMean).toBeCloseTo(0.2, 12);
  });

  test("says nothing beyond what was measured, nor of full attention", () => {
    const found = atEqualRows(rows, 0.2);
    expect(found.map(({ method }) => method)).toEqual(["top-k", "window", "sift"]);
    expect(found.slice(1).map(({ klMean }) => klMean)).toEqual([null, null]);
  });
});
