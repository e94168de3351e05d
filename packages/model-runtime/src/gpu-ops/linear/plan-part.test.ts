import { openGpu } from "@sift-attention/gpu";
import { afterAll, describe, expect, test } from "vitest";
import { planMatrix } from "../../gpu-weights/matrix-layout.ts";
import { TENSOR_BLOCKS, type TensorFormat } from "../../weights/tensor-format.ts";
import { type LinearShape, resolveLinear } from "./linear-shape.ts";
import type { LinearVariant } from "./linear-variant.ts";
import { planPart, stageFor } from "./plan-part.ts";
import { planRows } from "./plan-rows.ts";

const gpu = await openGpu({ backend: "null", experimental: true });
afterAll(() => gpu.dispose());

const formats = Object.keys(TENSOR_BLOCKS) as TensorFormat[];
const smallest = { workgroupBytes: 16_384, workgroupInvocations: 256 };
const variants: readonly LinearVariant[] = [
  { subgroupSize: 0, ...smallest },
  { subgroupSize: 32, workgroupBytes: 49_152, workgroupInvocations: 1024 },
];

function shapeOf(format: TensorFormat, rows: number, columns: number): LinearShape {
  const tensor = { name: "weight", format, shape: [rows, columns] };
  return { weight: planMatrix(gpu.report.limits, [tensor]), output: "write", maxRows: 512 };
}

function plans(shape: LinearShape, variant: LinearVariant) {
  return planPart(resolveLinear(shape), shape.weight.parts[0]!, variant);
}

describe("planPart", () => {
  test.each(formats)("every kernel for %s is valid, with and without subgroups", async (format) => {
    for (const variant of variants) {
      for (const planned of plans(shapeOf(format, 4096, 1024), variant)) {
        expect(await planned.validate(gpu)).toEqual([]);
      }
    }
  });

  test.each(["rms", "layer"] as const)("every kernel with a %s norm is valid", async (kind) => {
    const shape = { ...shapeOf("f16", 960, 576), norm: { kind, epsilon: 1e-5 } };
    for (const variant of variants) {
      for (const planned of plans(shape, variant)) expect(await planned.validate(gpu)).toEqual([]);
    }
  });

  test("a vocabulary of 262,144 stays below 65,535 workgroups", () => {
    const shape = shapeOf("q8_0", 262_144, 640);
    for (const variant of [...variants, { ...variants[1]!, subgroupSize: 4 }]) {
      for (const { tiles, blockRows } of plans(shape, variant)) {
        expect(tiles + blockRows - 1).toBeLessThanOrEqual(65_535);
      }
    }
  });

  test("one row gets the block of one, few the smallest that holds them, many the tile", () => {
    const stages = plans(shapeOf("f16", 2048, 576), variants[1]!);
    const blocks = [1, 2, 4, 5, 8, 9, 32, 33].map((rows) => stages[stageFor(stages, rows)]!);
    expect(blocks.map(({ blockRows }) => blockRows)).toEqual([1, 4, 4, 8, 8, 8, 8, 64]);
  });

  test("few rows compile no tile, and one row one kernel", () => {
    const shape = shapeOf("f16", 960, 576);
    const count = (maxRows: number) => plans({ ...shape, maxRows }, variants[1]!).length;
    expect([1, 2, 4, 8, 32, 33].map(count)).toEqual([1, 2, 2, 3, 3, 4]);
  });
});

describe("planRows", () => {
  test("small matrices are spread over many workgroups, large ones over long teams", () => {
    const tiles = [
      [576, 576],
      [4096, 4096],
      [14_336, 4096],
    ].map(([rows, columns]) => {
      const shape = shapeOf("f16", rows!, columns!);
      const part = shape.weight.parts[0]!;
      return planRows(resolveLinear(shape), part, variants[1]!, 1).tiles;
    });
    expect(tiles).toEqual([288, 256, 448]);
  });
});
