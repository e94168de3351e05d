import { describe, expect, test } from "vitest";
import type { TensorFormat } from "../weights/tensor-format.ts";
import golden from "../weights/unpack.golden.json" with { type: "json" };
import { implementations, matrixOf, normals, unsetRegion } from "./cpu-ops.fixture.ts";

function decode(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, "base64"));
}

describe.each(implementations)("CpuOps.embed, $name", ({ create }) => {
  test.each(golden.cases)("unpacks $format rows as the golden file has them", async (stored) => {
    const ops = await create();
    const bytes = decode(stored.bytes);
    const expected = new Float32Array(decode(stored.numbers).buffer);
    const region = ops.allocate(bytes.length);
    region.bytes().set(bytes);
    const format = stored.format as TensorFormat;
    const out = unsetRegion(ops, stored.count);
    ops.embed(out, { region, format, rows: 1, columns: stored.count }, [0]);
    const numbers = out.floats();
    for (let i = 0; i < stored.count; i++) {
      // WebAssembly takes the infinite and NaN f16, which no weight is, for finite numbers.
      if (Number.isFinite(expected[i])) expect(numbers[i]! + 0).toBe(expected[i]! + 0);
    }
    await ops.dispose();
  });

  test("takes rows in the order of the ids", async () => {
    const ops = await create();
    const numbers = normals(5 * 6, 1);
    const out = unsetRegion(ops, 3 * 6);
    ops.embed(out, matrixOf(ops, numbers, 6), [4, 0, 4]);
    const row = (r: number) => [...numbers.subarray(6 * r, 6 * r + 6)];
    expect([...out.floats()]).toEqual([...row(4), ...row(0), ...row(4)]);
    await ops.dispose();
  });

  test("refuses ids outside the table", async () => {
    const ops = await create();
    const table = matrixOf(ops, normals(5 * 6, 1), 6);
    const out = unsetRegion(ops, 6);
    for (const id of [5, -1, 0.5, Number.NaN]) {
      expect(() => ops.embed(out, table, [id])).toThrow(`ids[0]: expected 0 to 4, got ${id}`);
    }
    await ops.dispose();
  });
});
