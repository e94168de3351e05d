import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { openGpu } from "../device/open-gpu.ts";
import { createKernel } from "./create-kernel.ts";
import { scale } from "./scale.fixture.ts";

const gpu = await openTestGpu(openGpu);

describe("createKernel", () => {
  test.each([1, 63, 64, 65, 129])("computes %i numbers in tiles of 64", async (count) => {
    const kernel = await createKernel(gpu, scale, { TILE: 64, FACTOR: -0.1 });
    const numbers = Float32Array.from({ length: count }, (_, i) => i - 7.5);
    const input = gpu.createBuffer({
      label: "input",
      dtype: "f32",
      shape: [count],
      usage: "storage",
      data: numbers,
    });
    const scaled = gpu.createBuffer({
      label: "scaled",
      dtype: "f32",
      shape: [count],
      usage: "storage",
    });
    const group = kernel.bind({ input, scaled });
    gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      kernel.record(pass, group, [Math.ceil(count / 64)]);
      pass.end();
    });
    const factor = Math.fround(-0.1);
    expect(await gpu.read(scaled)).toEqual(numbers.map((number) => number * factor));
    input.dispose();
    scaled.dispose();
  });
});
