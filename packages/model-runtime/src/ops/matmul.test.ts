import { maxAbsDifference, roundingBound } from "@sift-attention/reference-attention";
import { createRandom } from "@sift-attention/testing/random";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TENSOR_BLOCKS, type TensorFormat } from "../weights/tensor-format.ts";
import { unpackRow } from "../weights/unpack.ts";
import { implementations, normals, regionOf, unsetRegion } from "./cpu-ops.fixture.ts";
import type { CpuMatrix, CpuOps } from "./cpu-ops.ts";
import { createWasmOps } from "./wasm-ops.ts";

const formats = Object.keys(TENSOR_BLOCKS) as TensorFormat[];

/** Stored bytes of a matrix: random bits, with every scale and every f16 a normal or subnormal number. */
function storedBytes(format: TensorFormat, rows: number, columns: number): Uint8Array {
  if (format === "f32") return new Uint8Array(normals(rows * columns, 3).buffer);
  const block = TENSOR_BLOCKS[format];
  const random = createRandom(17);
  const byteLength = (rows * columns * block.bytes) / block.numbers;
  const bytes = Uint8Array.from({ length: byteLength }, () => random() * 256);
  const stride = block.numbers === 1 ? 2 : block.bytes;
  for (let at = 0; at < byteLength; at += stride) {
    for (const scale of scaleBytes(format)) {
      bytes[at + scale]! = (bytes[at + scale]! & 0x83) | 0x24;
      if (format === "f16" && random() < 0.05) bytes[at + scale]! &= 0x83;
      if (format === "bf16") bytes[at + scale] = bytes[at + scale]! > 128 ? 0xbe : 0x3e;
    }
  }
  return bytes;
}

/** Upper bytes of the f16 in a block. */
function scaleBytes(format: TensorFormat): readonly number[] {
  if (format === "q4_1" || format === "q4_k") return [1, 3];
  return format === "q6_k" ? [209] : [1];
}

function storedMatrix(ops: CpuOps, format: TensorFormat, rows: number, columns: number): CpuMatrix {
  const bytes = storedBytes(format, rows, columns);
  const region = ops.allocate(bytes.length);
  region.bytes().set(bytes);
  return { region, format, rows, columns };
}

function unpacked({ region, format, rows, columns }: CpuMatrix): Float32Array {
  const numbers = new Float32Array(rows * columns);
  unpackRow(format, region.bytes().slice(), 0, numbers, rows * columns);
  return numbers;
}

type Round = (value: number) => number;

/** x [rows, columns] times weights [outputs, columns] transposed, plus bias, one rounding an operation. */
function multiply(
  x: Float32Array,
  weights: Float32Array,
  columns: number,
  bias: Float32Array,
  round: Round,
): Float64Array {
  const outputs = weights.length / columns;
  return Float64Array.from({ length: (x.length / columns) * outputs }, (_, at) => {
    const from = Math.floor(at / outputs) * columns;
    const row = (at % outputs) * columns;
    let sum = 0;
    for (let i = 0; i < columns; i++) sum = round(sum + round(x[from + i]! * weights[row + i]!));
    return round(sum + bias[at % outputs]!);
  });
}

const exact: Round = (value) => value;

describe.each(implementations)("CpuOps.matmul, $name", ({ create }) => {
  let ops: CpuOps;
  beforeAll(async () => {
    ops = await create();
  });
  afterAll(() => ops.dispose());

  function product(weight: CpuMatrix, x: Float32Array, bias?: Float32Array): Float32Array {
    const rows = x.length / weight.columns;
    const out = unsetRegion(ops, rows * weight.rows);
    const biasRegion = bias === undefined ? undefined : regionOf(ops, bias);
    ops.matmul(out, regionOf(ops, x), weight, rows, biasRegion);
    return out.floats().slice();
  }

  function expectHonest(weight: CpuMatrix, rows: number): void {
    const { columns } = weight;
    const x = normals(rows * columns, 5);
    const bias = normals(weight.rows, 6);
    const weights = unpacked(weight);
    const oracle = multiply(x, weights, columns, bias, exact);
    const bound = roundingBound(oracle, multiply(x, weights, columns, bias, Math.fround));
    const result = product(weight, x, bias);
    expect(maxAbsDifference(result, oracle)).toBeLessThanOrEqual(bound);
    // A weight left out is an error that the bound shows.
    const heaviest = weights.reduce((best, w, i) => (w ** 2 > weights[best]! ** 2 ? i : best), 0);
    const wrong = multiply(x, weights.with(heaviest, 0), columns, bias, exact);
    expect(maxAbsDifference(result, wrong)).toBeGreaterThan(bound);
  }

  test.each(formats)(
    "%s rows of one and of several activations are within honest rounding",
    (format) => {
      const columns = 2 * Math.max(32, TENSOR_BLOCKS[format].numbers);
      for (const rows of [1, 2, 5]) expectHonest(storedMatrix(ops, format, 11, columns), rows);
    },
  );

  test("any number of columns, outputs and rows goes", () => {
    for (const format of ["f32", "f16", "bf16"] as const) {
      for (const columns of [1, 3, 4, 7, 65]) {
        for (const outputs of [1, 4, 6]) {
          for (const rows of [1, 3])
            expectHonest(storedMatrix(ops, format, outputs, columns), rows);
        }
      }
    }
  });

  test("a prefill over many weight tiles is within honest rounding", () => {
    expectHonest(storedMatrix(ops, "f16", 130, 520), 9);
  });

  test("without a bias nothing is added", () => {
    const weight = storedMatrix(ops, "f16", 6, 64);
    const x = normals(64, 8);
    expect(product(weight, x)).toEqual(product(weight, x, new Float32Array(6)));
  });

  test("refuses half blocks, small regions and foreign ones", async () => {
    const weight = storedMatrix(ops, "q8_0", 4, 64);
    const [x, out] = [unsetRegion(ops, 64), unsetRegion(ops, 4)];
    expect(() => ops.matmul(out, x, { ...weight, columns: 48 }, 1)).toThrow("multiples of 32");
    expect(() => ops.matmul(out, x, { ...weight, rows: 5 }, 1)).toThrow(
      "weight: expected at least",
    );
    expect(() => ops.matmul(out, x, weight, 2)).toThrow("x: expected at least 512 bytes, got 256");
    expect(() => ops.matmul(unsetRegion(ops, 3), x, weight, 1)).toThrow("out: expected");
  });
});

describe("createWasmOps", () => {
  test.each(formats)(
    "a row of a %s product does not depend on its neighbours or on threads",
    async (format) => {
      const columns = 2 * Math.max(32, TENSOR_BLOCKS[format].numbers);
      const x = normals(7 * columns, 9);
      const results: Float32Array[] = [];
      for (const threads of [1, 2, 3]) {
        const ops = await createWasmOps({ threads });
        const weight = storedMatrix(ops, format, 150, columns);
        const all = unsetRegion(ops, 7 * 150);
        const single = unsetRegion(ops, 150);
        ops.matmul(all, regionOf(ops, x), weight, 7);
        results.push(all.floats().slice());
        ops.matmul(single, regionOf(ops, x.subarray(6 * columns)), weight, 1);
        expect(single.floats()).toEqual(all.floats().subarray(6 * 150));
        await ops.dispose();
      }
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    },
  );

  test("refuses a region of other ops", async () => {
    const [ops, others] = [
      await createWasmOps({ threads: 1 }),
      await createWasmOps({ threads: 1 }),
    ];
    const weight = storedMatrix(ops, "f32", 4, 8);
    const [x, out] = [unsetRegion(others, 8), unsetRegion(ops, 4)];
    expect(() => ops.matmul(out, x, weight, 1)).toThrow(
      "region: expected one that these ops allocated",
    );
    await ops.dispose();
    await others.dispose();
  });
});
