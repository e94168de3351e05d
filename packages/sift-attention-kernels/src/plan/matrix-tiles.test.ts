import { openGpu } from "@sift-attention/gpu";
import { afterAll, describe, expect, test } from "vitest";
import { planScores } from "../kernels/scores.ts";
import { defaultPlan, leastDevice } from "../testing/default-plan.ts";
import { type MatrixScoreShape, matrixScorePlan } from "../testing/matrix-score-plan.ts";
import { matrixTiles, usesMatrices } from "./matrix-tiles.ts";

const gpu = await openGpu({ backend: "null", experimental: true });
afterAll(() => gpu.dispose());

const knobs = { lanes: 16, rows: 4, workgroup: 128, workgroups: 1056 };
const usual: MatrixScoreShape = { group: 4, headDim: 128, capacity: 512, subgroupSize: 32, knobs };

describe("matrixTiles", () => {
  test.each([
    [{ rows: 4 }, 1, 1, 8],
    [{ rows: 8 }, 4, 1, 8],
    [{ rows: 12 }, 5, 2, 16],
    [{ lanes: 8, rows: 8 }, 7, 2, 16],
    [{ lanes: 4, rows: 6 }, 3, 3, 8],
  ])(
    "of %o are as many as the keys in flight for a group of %i",
    (changed, group, tiles, columns) => {
      const plan = matrixScorePlan({ ...usual, group, knobs: { ...knobs, ...changed } });
      expect(matrixTiles(plan)).toEqual({ tiles, columns });
    },
  );
});

describe("usesMatrices", () => {
  test.each([
    ["the variant has none", usual, false],
    ["rows are no multiple of 16", { ...usual, headDim: 72 }, true],
    ["the cache has fewer rows than a tile", { ...usual, capacity: 3 }, true],
    ["a workgroup is less than a subgroup", { ...usual, knobs: { ...knobs, workgroup: 16 } }, true],
    ["there are no subgroups", { ...usual, subgroupSize: 0 }, true],
    ["heads outnumber lanes", { ...usual, group: 7, subgroupSize: 4 }, true],
    ["sums outgrow the memory", { ...usual, group: 7, knobs: { ...knobs, workgroup: 1024 } }, true],
  ] as const)("leaves the scores to the plain kernel where %s", (_, shape, matrix) => {
    const plan = matrixScorePlan(shape, matrix);
    expect(usesMatrices(plan)).toBe(false);
    expect(planScores(plan).name).toBe("scores");
  });

  test("is told by the variant of a plan", () => {
    const variant = { subgroupSize: 32, nativeF16: false, matrix: true } as const;
    const planOf = (headDim: number) => {
      const geometry = { queryHeads: 8, kvHeads: 2, headDim };
      return defaultPlan(leastDevice, { geometry, kvType: "f16", slots: 1, capacity: 64 }, variant);
    };
    expect(planOf(128).variant).toEqual(variant);
    expect(planOf(120).variant).toEqual({ ...variant, matrix: false });
  });

  test("admits kernels that the compiler takes", async () => {
    for (const group of [1, 3, 4, 7, 12]) {
      for (const headDim of [32, 48, 64, 128, 256]) {
        for (const rows of [4, 16]) {
          const plan = matrixScorePlan({ ...usual, group, headDim, knobs: { ...knobs, rows } });
          const kernel = planScores(plan);
          expect(kernel.name).toBe("scores-matrix");
          expect(await kernel.validate(gpu)).toEqual([]);
        }
      }
    }
  });

  test("admits pipelines on devices that have matrices", async () => {
    for (const group of [4, 7]) {
      const kernel = planScores(matrixScorePlan({ ...usual, group }));
      expect((await kernel.compile(gpu)).name).toBe("scores-matrix");
    }
  });
});
