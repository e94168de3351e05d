import { describe, expect, test } from "vitest";
import { defaultPlan, leastDevice } from "../testing/default-plan.ts";
import type { AttentionPlan } from "./attention-plan.ts";
import { kernelsOf, planRoutes } from "./plan-routes.ts";

/** One row in flight and few lanes: the loops that are written out stay short enough to read. */
function readable(plan: AttentionPlan): AttentionPlan {
  const rows = { lanes: 4, rows: 1, workgroup: 32, workgroups: 16 };
  return {
    ...plan,
    scores: rows,
    full: rows,
    attend: { ...rows, tile: 32 },
    merge: { columns: 8, rows: 4 },
  };
}

const shapes = [
  ["mha-f32", 1, "f32", { subgroupSize: 0, nativeF16: false }, true],
  ["pairs-f16-subgroups", 2, "f16", { subgroupSize: 4, nativeF16: true }, false],
  ["pairs-i8-subgroups", 2, "i8", { subgroupSize: 4, nativeF16: false }, false],
] as const;

// After a change that was meant: vitest run -u src/plan, and read the difference.
describe("the text that the compiler gets", () => {
  test.each(shapes)(
    "of %s is what was reviewed",
    async (name, queryHeads, kvType, variant, topK) => {
      const geometry = { queryHeads, kvHeads: 1, headDim: 32 };
      const droppedMass = topK ? "mean-value" : "none";
      const options = { geometry, kvType, slots: 2, capacity: 128, droppedMass, topK } as const;
      const compiled = { ...options, quantiles: topK };
      const plan = readable(defaultPlan(leastDevice, compiled, variant));
      for (const kernel of kernelsOf(planRoutes(plan))) {
        const file = `../testing/snapshots/${name}/${kernel.name}.wgsl`;
        await expect(`${kernel.assemble().code}\n`).toMatchFileSnapshot(file);
      }
    },
  );
});
