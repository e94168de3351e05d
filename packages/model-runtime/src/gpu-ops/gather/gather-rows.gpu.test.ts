import { openGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { createGatherRows } from "./gather-rows.ts";

const gpu = await openTestGpu(openGpu);

describe("createGatherRows", () => {
  test.each([1, 255, 257])("copies rows of %i numbers, some of them twice", async (width) => {
    const numbers = Float32Array.from({ length: 4 * width }, (_, i) => i + 0.5);
    const spec = { dtype: "f32", usage: "storage" } as const;
    const rows = gpu.createBuffer({ ...spec, label: "rows", shape: [4, width], data: numbers });
    const gathered = gpu.createBuffer({ ...spec, label: "gathered", shape: [5, width] });
    const data = Uint32Array.of(3, 0, 3, 1);
    const indices = gpu.createBuffer({
      ...{ label: "indices", dtype: "u32", shape: [4], usage: "storage", data },
    });
    const gather = (await createGatherRows(gpu, width)).bind({ indices, rows, gathered });
    gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      gather.record(pass, 4);
      pass.end();
    });
    const expected = new Float32Array(5 * width);
    for (const [to, from] of data.entries()) {
      expected.set(numbers.subarray(from * width, (from + 1) * width), to * width);
    }
    expect(await gpu.read(gathered)).toEqual(expected);
    for (const buffer of [rows, gathered, indices]) buffer.dispose();
  });
});
