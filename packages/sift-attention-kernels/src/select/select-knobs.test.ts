import { describe, expect, test } from "vitest";
import { defaultPlan, largeDevice, leastDevice } from "../testing/default-plan.ts";
import { selectKnobs } from "./select-knobs.ts";

const variant = { subgroupSize: 32, nativeF16: false } as const;

describe.each([
  ["the least device", leastDevice],
  ["a large device", largeDevice],
])("selectKnobs on %s", (_, device) => {
  test.each([1, 2, 3, 4, 7, 8, 12])("fit with %i query heads per KV head", (queryHeads) => {
    const geometry = { queryHeads, kvHeads: 1, headDim: 64 };
    const plan = defaultPlan(
      device,
      { geometry, kvType: "f16", slots: 1, capacity: 4096 },
      variant,
    );
    const { workgroup, binBits, cutBinBits, cached } = selectKnobs(plan);
    const { blockHeads, blockPitch } = plan.blocks;
    const { workgroupBytes, workgroupInvocations } = plan.limits;
    expect(workgroup).toBeLessThanOrEqual(workgroupInvocations);
    expect(4 * blockHeads * 2 ** binBits).toBeLessThan(workgroupBytes);
    expect(4 * 2 ** cutBinBits + 4 * cached + 12 * workgroup).toBeLessThan(workgroupBytes);
    // Each invocation sums at least one word of four bins.
    expect(2 ** binBits * blockPitch).toBeGreaterThanOrEqual(4 * workgroup);
  });
});

test("selectKnobs are those that were measured for groups of four on a large device", () => {
  const geometry = { queryHeads: 32, kvHeads: 8, headDim: 128 };
  const options = { geometry, kvType: "f16", slots: 1, capacity: 131072 } as const;
  expect(selectKnobs(defaultPlan(largeDevice, options, variant))).toEqual({
    workgroup: 512,
    workgroups: 132,
    rounds: 4,
    binBits: 10,
    cutBinBits: 11,
    cached: 4096,
  });
});
