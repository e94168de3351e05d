import { openGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import type { AttentionCase } from "../testing/attention-case.ts";
import emulatedText from "../testing/emulated-products.wgsl";
import { windowCase } from "../testing/matrix-score-case.ts";
import { type MatrixScoreShape, matrixScorePlan } from "../testing/matrix-score-plan.ts";
import {
  compileScores,
  exactScores,
  type HeadScores,
  runScores,
  type ScorePass,
  scoreErrors,
} from "../testing/score-pass.ts";
import { type MatrixProducts, planScoresMatrix } from "./scores-matrix.ts";

const gpu = await openTestGpu(openGpu);

const emulated: MatrixProducts = {
  file: { name: "emulated-products.wgsl", text: emulatedText },
  features: [],
};

const knobs = { lanes: 4, rows: 4, workgroup: 32, workgroups: 12 };
const small: MatrixScoreShape = { group: 1, headDim: 32, capacity: 90, subgroupSize: 16, knobs };

/** Σ |q · k| of the largest score: what the rounding of products and sums is relative to. */
function magnitude(attentionCase: AttentionCase): number {
  const queries = attentionCase.queries.map(Math.abs);
  const keys = attentionCase.keys.map(Math.abs);
  const sums = exactScores({ ...attentionCase, queries, keys });
  return Math.max(...sums.flatMap(({ scores }) => [...scores]));
}

function expectClose(attentionCase: AttentionCase, got: readonly HeadScores[]): void {
  const bound = magnitude(attentionCase) * 2 ** -21;
  const { scores, logSumExp } = scoreErrors(exactScores(attentionCase), got);
  expect(scores).toBeLessThanOrEqual(bound);
  expect(logSumExp).toBeLessThanOrEqual(bound + 2 ** -20);
}

async function compile(shape: MatrixScoreShape): Promise<ScorePass> {
  const plan = matrixScorePlan(shape);
  return await compileScores(gpu, plan, planScoresMatrix(plan, emulated));
}

describe("planScoresMatrix", () => {
  test.each([
    ["one head", small, [1, 15, 16, 17, 31, 33, 80]],
    ["three heads, two tiles", { ...small, group: 3, knobs: { ...knobs, rows: 8 } }, [1, 32, 85]],
    ["heads in blocks of six and five", { ...small, group: 11, headDim: 48 }, [7, 65]],
    [
      "seven heads, one KV head, one subgroup",
      {
        ...small,
        group: 7,
        kvHeads: 1,
        headDim: 64,
        knobs: { ...knobs, workgroup: 16, workgroups: 3 },
      },
      [1, 83],
    ],
  ] as const)("scores the visible keys for %s", async (_, shape, lengths) => {
    const pass = await compile(shape);
    for (const visible of lengths) {
      const attentionCase = windowCase(pass.plan.options, visible);
      expectClose(attentionCase, await runScores(gpu, pass, attentionCase));
    }
  });

  test.each([2 ** -112, 2 ** -40, 2 ** 40, 2 ** 115])(
    "scores queries times %d as exactly",
    async (factor) => {
      const pass = await compile(small);
      const plain = windowCase(pass.plan.options, 20);
      const queries = plain.queries.map((x) => x * factor);
      expectClose({ ...plain, queries }, await runScores(gpu, pass, { ...plain, queries }));
    },
  );

  test("would show one key of another row", async () => {
    const pass = await compile(small);
    const attentionCase = windowCase(pass.plan.options, 40);
    const keys = attentionCase.keys.slice();
    const { headDim } = attentionCase.options.geometry;
    const first = (attentionCase.options.capacity - 22) * headDim;
    keys.copyWithin(first, first + headDim, first + 2 * headDim);
    const got = await runScores(gpu, pass, attentionCase);
    expectClose(attentionCase, got);
    expect(() => expectClose({ ...attentionCase, keys }, got)).toThrow();
  });

  test("gives equal bits each time", async () => {
    const pass = await compile(small);
    const attentionCase = windowCase(pass.plan.options, 77);
    expect(await runScores(gpu, pass, attentionCase)).toEqual(
      await runScores(gpu, pass, attentionCase),
    );
  });
});
