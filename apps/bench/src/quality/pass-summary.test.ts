import { describe, expect, test } from "vitest";
import { summarisePasses } from "./pass-summary.ts";

const kept = {
  keptFractions: 1,
  queryHeads: 4,
  unionFractions: 1,
  kvHeads: 2,
  valueRowsRead: 30,
  valueRowsVisible: 60,
};

describe("summarisePasses", () => {
  test("weighs each pass by its entries", () => {
    const small = {
      kept,
      keptByHead: [1, 0.5],
      rows: 1,
      droppedMass: { sum: 0.5, max: 0.5, bins: [[500, 1]] as const },
    };
    const large = {
      kept: { ...kept, keptFractions: 12, queryHeads: 12 },
      keptByHead: [1, 2.5],
      rows: 3,
      droppedMass: { sum: 0.3, max: 0.1, bins: [[100, 3]] as const },
    };
    expect(summarisePasses([small, large], { tokens: 10, layers: 2 })).toEqual({
      keptMean: 13 / 16,
      keptUnion: 2 / 4,
      droppedMassMean: 0.2,
      droppedMassP99: 0.5,
      droppedMassMax: 0.5,
      keptMassMean: 0.8,
      keptMassP1: 0.5,
      keptMassMin: 0.5,
      keptByHead: [[0.5], [0.75]],
      valueRowsRead: 6,
      valueRowsVisible: 12,
    });
  });
});
