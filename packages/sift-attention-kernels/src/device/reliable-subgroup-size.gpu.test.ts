import { openGpu, wrapGpu } from "@sift-attention/gpu";
import { openTestGpu, testAdapter } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { areConsecutive, reliableSubgroupSize } from "./reliable-subgroup-size.ts";
import { type LaneFinding, probeSubgroups } from "./subgroup-probe.ts";

const gpu = await openTestGpu(openGpu);

/** Subgroups of `size` consecutive invocations. */
function consecutive(size: number, count = 64): LaneFinding[] {
  return Array.from({ length: count }, (_, i) => ({ lane: i % size, size, reached: size - 1 }));
}

describe("areConsecutive", () => {
  test("takes subgroups of the size, and larger ones", () => {
    expect(areConsecutive(consecutive(8), 8)).toBe(true);
    expect(areConsecutive(consecutive(32), 8)).toBe(true);
  });

  test("refuses smaller subgroups, and those of no multiple of it", () => {
    expect(areConsecutive(consecutive(4), 8)).toBe(false);
    expect(areConsecutive(consecutive(12), 8)).toBe(false);
  });

  test("refuses lanes in another order", () => {
    const swapped = consecutive(8).map((found) => ({ ...found, lane: found.lane ^ 1 }));
    expect(areConsecutive(swapped, 8)).toBe(false);
  });

  test("refuses an exchange that went elsewhere", () => {
    const [first, ...rest] = consecutive(8);
    expect(areConsecutive([{ ...first!, reached: 0b101 }, ...rest], 8)).toBe(false);
    expect(areConsecutive([{ ...first!, reached: 0b011 }, ...rest], 4)).toBe(true);
  });
});

describe("reliableSubgroupSize", () => {
  test("is one that the device's own subgroups confirm", async () => {
    const size = await reliableSubgroupSize(gpu);
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThanOrEqual(gpu.report.subgroupMaxSize);
    for (const findings of await probeSubgroups(gpu)) {
      expect(areConsecutive(findings, size)).toBe(true);
    }
  });

  test("is measured once per device", async () => {
    const first = reliableSubgroupSize(gpu);
    expect(reliableSubgroupSize(gpu)).toBe(first);
    expect(reliableSubgroupSize(wrapGpu(gpu.device))).toBe(first);
    await first;
  });

  test("is 0 where the device has no subgroups", async () => {
    const other = await openGpu({ adapter: testAdapter() });
    const bare = { ...other, report: { ...other.report, features: [] }, device: other.device };
    expect(await reliableSubgroupSize(bare)).toBe(0);
    other.dispose();
  });
});
