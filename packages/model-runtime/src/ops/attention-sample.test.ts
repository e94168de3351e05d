import { expect, test } from "vitest";
import { CPU_KINDS } from "../../test/cpu-kinds.ts";
import { normals, regionOf } from "./cpu-ops.fixture.ts";
import { createCpuOps } from "./create-cpu-ops.ts";

const geometry = { queryHeads: 4, kvHeads: 2, headDim: 8 };
const levels = [1 / 4, 1 / 2, 31 / 32];

test.each(CPU_KINDS)(
  "sampled rows tell the quantiles of all their weights on %s operators",
  async (kind) => {
    const ops = await createCpuOps({ kind, threads: 1 });
    const [firstPosition, rows, capacity] = [20, 9, 40];
    const query = normals(rows * 4 * 8, 1);
    const call = {
      ...{ geometry, rows, firstPosition, capacity, scale: 1 },
      query: regionOf(ops, query),
      keys: regionOf(ops, normals(2 * capacity * 8, 2)),
      values: regionOf(ops, normals(2 * capacity * 8, 3)),
      valueSums: regionOf(ops, new Float32Array(2 * 8)),
      out: regionOf(ops, new Float32Array(rows * 4 * 8)),
      rule: { kind: "full" },
    } as const;
    const told = ops.attention({ ...call, sample: { rows: [0, 4, 8], levels } }).sampled!.slice();
    expect(told).toHaveLength(3 * 4 * levels.length);
    for (const [i, level] of levels.entries()) {
      const { quantiles } = ops.attention({ ...call, quantile: level });
      for (const [at, row] of [0, 4, 8].entries()) {
        for (let head = 0; head < 4; head++) {
          expect(told[(at * 4 + head) * levels.length + i]).toBe(quantiles![row * 4 + head]);
        }
      }
    }
    expect(ops.attention(call).sampled).toBeUndefined();
    const single = {
      ...call,
      rows: 1,
      firstPosition: 24,
      query: regionOf(ops, query.slice(128, 160)),
    };
    const alone = ops.attention({ ...single, sample: { rows: [0], levels } }).sampled!;
    expect([...alone]).toEqual([...told.subarray(12, 24)]);
    await ops.dispose();
  },
);
