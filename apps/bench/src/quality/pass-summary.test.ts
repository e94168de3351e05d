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
    const small = { kept, droppedMass: { sum: 0.5, max: 0.5, bins: [[500, 1]] as const } };
    const large = {
      kept: { ...kept, keptFractions: 12, queryHeads: 12 },
      droppedMass: { sum: 0.3, max: 0.1, bins: [[100, 3]] as const },
    };
    expect(summarisePasses([small, large], 10)).toEqual({
      keptMean: 13 / 16,
      keptUnion: 2 / 4,
      droppedMassMean: 0.2,
      droppedMassP99: 0.5,
      droppedMassMax: 0.5,
      valueRowsRead: 6,
      valueRowsVisible: 12,
    });
  });
});
