import { type Gpu, openGpu } from "@sift-attention/gpu";
import { expectMatrices } from "../device/expect-matrices.ts";
import { planScores } from "../kernels/scores.ts";
import { matrixTiles } from "../plan/matrix-tiles.ts";
import { windowCase } from "./matrix-score-case.ts";
import { type MatrixScoreShape, matrixScorePlan } from "./matrix-score-plan.ts";
import {
  compileScores,
  exactScores,
  runScores,
  type ScoreErrors,
  type ScorePass,
  scoreErrors,
} from "./score-pass.ts";

// Compares the score pass by matrices, and the plain one, with float64 on a device that has subgroup matrices. A program for
// Node: it prints a line a case and ends with status 1 when matrices are off by more than four times the plain kernel's error.

const capacity = 4104;
const lengths = [1, 15, 16, 17, 1000, 4099];
const groups = [1, 3, 4, 7];
const headDims = [64, 128];
const subgroupSize = 32;
const settings = [
  { lanes: 16, rows: 4, workgroup: 128, workgroups: 1056 },
  { lanes: 8, rows: 8, workgroup: 128, workgroups: 264 },
  { lanes: 16, rows: 4, workgroup: 32, workgroups: 2112 },
];
const slack = 2 ** -20; // errors of a plain pass over one key can be 0

function told({ scores, logSumExp }: ScoreErrors): string {
  return `scores ${scores.toExponential(2)} log-sum-exp ${logSumExp.toExponential(2)}`;
}

function isClose(got: number, plain: number): boolean {
  return got <= 4 * plain + slack;
}

async function openPasses(gpu: Gpu, shape: MatrixScoreShape): Promise<readonly ScorePass[]> {
  const plans = [matrixScorePlan(shape, false), matrixScorePlan(shape)];
  return await Promise.all(plans.map((plan) => compileScores(gpu, plan, planScores(plan))));
}

/** Whether matrices are as exact as the plain kernel on one case; says so in a line. */
async function check(
  gpu: Gpu,
  [plainPass, matrixPass]: readonly ScorePass[],
  label: string,
  visible: number,
): Promise<boolean> {
  const attentionCase = windowCase(plainPass!.plan.options, visible);
  const exact = exactScores(attentionCase);
  const plain = scoreErrors(exact, await runScores(gpu, plainPass!, attentionCase));
  const matrix = scoreErrors(exact, await runScores(gpu, matrixPass!, attentionCase));
  const passes = isClose(matrix.scores, plain.scores) && isClose(matrix.logSumExp, plain.logSumExp);
  console.log(
    `${passes ? "ok   " : "WRONG"} ${label} n ${visible}: errors by ${plainPass!.planned.name}: ${told(plain)}; by ${matrixPass!.planned.name}: ${told(matrix)}`,
  );
  return passes;
}

const gpu = await openGpu({ experimental: true });
console.log(gpu.report.description, JSON.stringify(gpu.report.subgroupMatrices));
expectMatrices(gpu.report, subgroupSize);
let wrong = 0;
for (const headDim of headDims) {
  for (const group of groups) {
    for (const knobs of settings) {
      const shape = { group, headDim, capacity, subgroupSize, knobs } as const;
      const passes = await openPasses(gpu, shape);
      const { tiles, columns } = matrixTiles(passes[1]!.plan);
      const label = `D ${headDim} G ${group} workgroup ${knobs.workgroup} tiles ${tiles} columns ${columns}`;
      for (const visible of lengths) {
        if (!(await check(gpu, passes, label, visible))) wrong++;
      }
    }
  }
}
gpu.dispose();
console.log(wrong === 0 ? "all cases pass" : `${wrong} cases are wrong`);
process.exitCode = wrong === 0 ? 0 : 1;
