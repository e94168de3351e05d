import { describe, expect, test } from "vitest";
import { planFull } from "../kernels/full.ts";
import { planScores } from "../kernels/scores.ts";
import { defaultPlan, largeDevice } from "../testing/default-plan.ts";
import type { RowKnobs } from "../tuning/tuning.ts";
import type { AttentionPlan } from "./attention-plan.ts";
import { kvWidth } from "./kv-width.ts";
import { rowKernelBytes } from "./workgroup-bytes.ts";

const variant = { subgroupSize: 32, nativeF16: false } as const;

/** A header constant of an assembled kernel. */
function constant(code: string, name: string): number {
  return Number(new RegExp(`^const ${name}: u32 = (\\d+)u;$`, "m").exec(code)?.[1]);
}

/**
 * Bytes of the arrays that both kernels declare: queries in one f32 word of each lane and head, or in two halves of eight
 * bits for each of its numbers with what teams look for their scale; exchanged numbers.
 */
function sharedBytes(code: string, plan: AttentionPlan, { workgroup }: RowKnobs): number {
  const words =
    constant(code, "LANE_WORDS") * constant(code, "LANES") * constant(code, "BLOCK_HEADS");
  const exchanged = plan.variant.subgroupSize === 0 ? workgroup * 4 : 0;
  if (plan.options.kvType === "f32") return words * 16 + exchanged;
  const share = workgroup / constant(code, "BLOCK_PITCH");
  const tops = (workgroup / Math.min(share, constant(code, "TEAM"))) * 4;
  return words * kvWidth(plan.options) * 2 + tops + exchanged;
}

/** Bytes of the arrays that the full kernel declares: also rows that are added up, statistics of slots. */
function fullBytes(plan: AttentionPlan): number {
  const { code } = planFull(plan).assemble();
  const { workgroup, lanes } = plan.full;
  const { blockPitch } = plan.blocks;
  const statistics = (workgroup / lanes) * blockPitch * 8;
  const rows = constant(code, "HEAD_ROWS") * blockPitch * 4;
  return rows + statistics + sharedBytes(code, plan, plan.full);
}

/** Bytes of the arrays that the score kernel declares: also statistics of rows. */
function scoreBytes(plan: AttentionPlan): number {
  const { code } = planScores(plan).assemble();
  const { workgroup, lanes, rows } = plan.scores;
  const statistics = (workgroup / lanes) * rows * plan.blocks.blockPitch * 8;
  return statistics + sharedBytes(code, plan, plan.scores);
}

function planOf(size: (typeof sizes)[number], knobs: RowKnobs): AttentionPlan {
  const { queryHeads, subgroupSize, kvType } = size;
  const geometry = { queryHeads, kvHeads: 1, headDim: 32 };
  const options = { geometry, kvType, slots: 1, capacity: 64 } as const;
  const plan = defaultPlan(largeDevice, options, { ...variant, subgroupSize });
  return { ...plan, scores: knobs, full: knobs };
}

/** Every size that a tuning may name, fitting or not. */
const sizes = ([0, 32] as const).flatMap((subgroupSize) =>
  [1, 3, 8].flatMap((queryHeads) =>
    [4, 16].flatMap((lanes) =>
      [32, 256, 512].flatMap((workgroup) =>
        (["f32", "i8"] as const).map((kvType) => ({
          subgroupSize,
          queryHeads,
          lanes,
          workgroup,
          kvType,
        })),
      ),
    ),
  ),
);

describe("rowKernelBytes", () => {
  test.each(sizes)("covers what the kernels declare: %o", (size) => {
    const { lanes, workgroup } = size;
    const knobs = { lanes, rows: 2, workgroup, workgroups: 8 };
    const plan = planOf(size, knobs);
    const bytes = rowKernelBytes(plan.options, knobs);
    expect(fullBytes(plan)).toBeLessThanOrEqual(bytes);
    expect(scoreBytes(plan)).toBeLessThanOrEqual(bytes);
    expect(bytes).toBeLessThanOrEqual(2 * Math.max(fullBytes(plan), scoreBytes(plan)));
  });
});
