import { createNormal, createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import type { CpuAttentionRule, CpuOps, CpuRegion } from "./cpu-ops.ts";
import { createPlainOps } from "./plain-ops.ts";

const normal = createNormal(createRandom(7));

function filled(ops: CpuOps, count: number): CpuRegion {
  const region = ops.allocate(4 * count);
  const floats = region.floats();
  for (let i = 0; i < count; i++) floats[i] = normal();
  return region;
}

describe("createPlainOps", () => {
  test("multiplies by f16 rows", () => {
    const ops = createPlainOps();
    const weight = ops.allocate(12);
    new Uint16Array(weight.bytes().buffer, 0, 6).set([
      0x3c00, 0xc000, 0x3800, 0x0001, 0x7bff, 0x8000,
    ]);
    const x = ops.allocate(12);
    x.floats().set([1, 2, 4]);
    const out = ops.allocate(8);
    ops.matmul(out, x, { region: weight, format: "f16", rows: 2, columns: 3 }, 1);
    expect([...out.floats()]).toEqual([1 - 4 + 2, Math.fround(2 ** -24 + 2 * 65_504)]);
  });

  test("attends to what a direct softmax attends to, whatever rule keeps all keys", () => {
    const ops = createPlainOps();
    const geometry = { queryHeads: 4, kvHeads: 2, headDim: 8 };
    const capacity = 16;
    const query = filled(ops, 3 * 32);
    const keys = filled(ops, 2 * capacity * 8);
    const values = filled(ops, 2 * capacity * 8);
    const outputs = (
      [
        { kind: "full" },
        {
          kind: "sift",
          logThresholds: new Float32Array(12).fill(-Infinity),
          droppedMass: "mean-value",
          keepFirst: 0,
          keepLast: 0,
        },
        { kind: "top-k", fraction: 1, droppedMass: "renormalise" },
      ] satisfies CpuAttentionRule[]
    ).map((rule) => {
      const valueSums = ops.allocate(64);
      const out = ops.allocate(3 * 32 * 4);
      const call = {
        geometry,
        rows: 3,
        firstPosition: 4,
        capacity,
        scale: 0.5,
        query,
        keys,
        values,
      };
      const { kept } = ops.attention({ ...call, valueSums, out, rule });
      expect([...kept.subarray(0, 4)]).toEqual([5, 5, 5, 5]);
      return out.floats();
    });
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[2]).toEqual(outputs[0]);
    const head = 3;
    const q = query.floats().subarray(2 * 32 + head * 8, 2 * 32 + head * 8 + 8);
    const key = (t: number) => keys.floats().subarray((capacity + t) * 8, (capacity + t) * 8 + 8);
    const exps = Array.from({ length: 7 }, (_, t) =>
      Math.exp(0.5 * q.reduce((sum, a, i) => sum + a * key(t)[i]!, 0)),
    );
    const total = exps.reduce((a, b) => a + b);
    const direct = exps.reduce(
      (s, e, t) => s + (e / total) * values.floats()[(capacity + t) * 8]!,
      0,
    );
    expect(outputs[0]![2 * 32 + head * 8]).toBeCloseTo(direct, 5);
  });
});
