import { describe, expect, test } from "vitest";
import { ModelError } from "../model-error.ts";
import { implementations, normals, regionOf, unsetRegion } from "./cpu-ops.fixture.ts";
import { createWasmOps } from "./wasm-ops.ts";

function codeOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof ModelError) return error.code;
    throw error;
  }
  return undefined;
}

describe.each(implementations)("CpuOps.allocate, $name", ({ create }) => {
  test("counts live bytes: after all is freed there are none", async () => {
    const ops = await create();
    for (let cycle = 0; cycle < 3; cycle++) {
      const regions = [1, 100, 3_000_000, 64].map((byteLength) => ops.allocate(byteLength));
      expect(ops.liveBytes).toBe(3_000_165);
      for (const region of [...regions, ...regions]) region.free();
      expect(ops.liveBytes).toBe(0);
    }
    await ops.dispose();
  });

  test("operators leave no live bytes of their own behind", async () => {
    const ops = await create();
    const geometry = { queryHeads: 4, kvHeads: 2, headDim: 8 };
    const [query, keys, values] = [96, 320, 320].map((count) => regionOf(ops, normals(count, 1)));
    const [valueSums, out] = [ops.allocate(64), unsetRegion(ops, 96)];
    const before = ops.liveBytes;
    ops.attention({
      ...{ geometry, rows: 3, firstPosition: 9, capacity: 20, scale: 1, quantile: 0.5 },
      ...{ query: query!, keys: keys!, values: values!, valueSums, out, rule: { kind: "full" } },
    });
    expect(ops.liveBytes).toBe(before);
    await ops.dispose();
  });

  test("new regions are zero, also where others were", async () => {
    const ops = await create();
    regionOf(ops, normals(1_000, 2)).free();
    expect(
      ops
        .allocate(4_000)
        .floats()
        .every((value) => value === 0),
    ).toBe(true);
    await ops.dispose();
  });

  test("regions keep their numbers while memory grows", async () => {
    const ops = await create();
    const numbers = normals(1_000, 3);
    const region = regionOf(ops, numbers);
    const others = Array.from({ length: 6 }, () => ops.allocate(20_000_000));
    others.at(-1)?.floats().fill(1);
    expect(region.floats()).toEqual(numbers);
    await ops.dispose();
  });

  test("a freed region is refused", async () => {
    const ops = await create();
    const region = ops.allocate(16);
    region.free();
    expect(codeOf(() => region.floats())).toBe("disposed");
    expect(codeOf(() => region.bytes())).toBe("disposed");
    await ops.dispose();
  });

  test("asking for too much is a typed error with the numbers, and what there was stays", async () => {
    const ops = await create();
    const region = regionOf(ops, Float32Array.of(1, 2));
    const much = 2 ** 53;
    expect(codeOf(() => ops.allocate(much))).toBe("out-of-memory");
    expect(() => ops.allocate(much)).toThrow(`${much} bytes`);
    expect(ops.liveBytes).toBe(8);
    expect([...region.floats()]).toEqual([1, 2]);
    await ops.dispose();
  });

  test("after dispose nothing can be allocated; disposing twice is fine", async () => {
    const ops = await create();
    await ops.dispose();
    await ops.dispose();
    expect(codeOf(() => ops.allocate(4))).toBe("disposed");
  });
});

describe("createWasmOps", () => {
  test("names the room that is left when memory is short", async () => {
    const ops = await createWasmOps({ threads: 1 });
    ops.allocate(1_000_000);
    expect(() => ops.allocate(2 ** 32)).toThrow(/at most 42939\d{5} of 4294967296 bytes left/);
    await ops.dispose();
  });

  test("computes past 2 GiB", async () => {
    const ops = await createWasmOps({ threads: 2 });
    ops.allocate(2 ** 31);
    const x = regionOf(ops, normals(5_000, 1));
    const before = x.floats().slice();
    ops.add(x, x, 5_000);
    expect(x.floats()).toEqual(before.map((value) => 2 * value));
    await ops.dispose();
  });
});
