import { openTestGpu, testAdapter } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { openGpu } from "../device/open-gpu.ts";
import { GpuError } from "../gpu-error.ts";
import { createKernel } from "./create-kernel.ts";
import { defineKernel } from "./define-kernel.ts";
import { scale } from "./scale.fixture.ts";

const gpu = await openTestGpu(openGpu);
const constants = { TILE: 64, FACTOR: -0.1 };
const source = scale.files[0]!.text;

/** The fixture's kernel with some of its text replaced, behind a prelude of two lines. */
function scaleWith(from: string, to: string): typeof scale {
  const prelude = { name: "prelude.wgsl", text: "// é is one column\nfn unused() {}\n" };
  const text = source.replaceAll(from, to);
  return defineKernel({ ...scale, files: [prelude, { name: "scale.wgsl", text }] });
}

async function failureOf(work: Promise<unknown>): Promise<GpuError> {
  const error = await work.then(
    () => new Error("it worked"),
    (error: unknown) => error,
  );
  if (error instanceof GpuError) return error;
  throw error;
}

describe("createKernel", () => {
  test.each([1, 63, 64, 65, 129])("computes %i numbers in tiles of 64", async (count) => {
    const kernel = await createKernel(gpu, scale, constants);
    const data = Float32Array.from({ length: count }, (_, i) => i - 7.5);
    const spec = { dtype: "f32", shape: [count], usage: "storage" } as const;
    const input = gpu.createBuffer({ label: "input", ...spec, data });
    const scaled = gpu.createBuffer({ label: "scaled", ...spec });
    const group = kernel.bind({ input, scaled });
    gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      kernel.record(pass, group, [Math.ceil(count / 64)]);
      pass.end();
    });
    expect(await gpu.read(scaled)).toEqual(data.map((number) => number * Math.fround(-0.1)));
    input.dispose();
    scaled.dispose();
  });

  test("places the compiler's error in the file, with the line and a mark", async () => {
    const error = await failureOf(
      createKernel(gpu, scaleWith("FACTOR * in", "FACTORS * in"), constants),
    );
    const line = source.split("\n").findIndex((text) => text.includes("] = FACTOR * input[id")) + 1;
    const text = "    scaled[id.x] = FACTORS * input[id.x];";
    expect(error.code).toBe("shader-compile");
    expect(error.messages).toMatchObject([
      {
        type: "error",
        file: "scale.wgsl",
        line,
        column: text.indexOf("FACTORS") + 1,
        source: text,
      },
    ]);
    expect(error.message).toMatch(`scale.wgsl:${line}:20: error: unresolved value 'FACTORS'`);
    expect(error.message).toMatch(`${text}\n    ${" ".repeat(19)}^`);
    await gpu.settled(); // the error has been thrown once
  });

  test("places an error in a prelude, and one that const_assert finds", async () => {
    const wrong = defineKernel({
      ...scale,
      files: [{ name: "limits.wgsl", text: "\nconst_assert TILE % 48u == 0u;\n" }, ...scale.files],
    });
    const error = await failureOf(createKernel(gpu, wrong, constants));
    expect(error.messages).toMatchObject([{ file: "limits.wgsl", line: 2 }]);
  });

  test("computes with unrolled loops, and names the file's line of an error in one", async () => {
    const loop = (body: string) =>
      `var sum = 0f;\n  // @unroll\n  for (var i = 0u; i < TILE / 16u; i++) {\n    ${body}\n  }\n  scaled[id.x] = sum;`;
    const from = "scaled[id.x] = FACTOR * input[id.x];";
    const kernel = await createKernel(
      gpu,
      scaleWith(from, loop("sum += FACTOR * f32(i) * input[id.x];")),
      { TILE: 64, FACTOR: 2 },
    );
    const spec = { dtype: "f32", shape: [3], usage: "storage" } as const;
    const input = gpu.createBuffer({ label: "input", ...spec, data: Float32Array.of(1, -2, 0.5) });
    const scaled = gpu.createBuffer({ label: "scaled", ...spec });
    gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      kernel.record(pass, kernel.bind({ input, scaled }), [1]);
      pass.end();
    });
    expect(await gpu.read(scaled)).toEqual(Float32Array.of(12, -24, 6));
    input.dispose();
    scaled.dispose();
    const wrong = scaleWith(from, loop("sum += FACTORS;"));
    const line = wrong.files[1]!.text.split("\n").findIndex((text) => text.includes("FACTORS")) + 1;
    const error = await failureOf(createKernel(gpu, wrong, constants));
    expect(error.messages[0]).toMatchObject({ file: "scale.wgsl", line });
  });

  test("says what the device refuses of a shader that compiles", async () => {
    const size = gpu.report.limits.maxComputeInvocationsPerWorkgroup! * 2;
    const error = await failureOf(createKernel(gpu, scale, { ...constants, TILE: size }));
    expect(error).toMatchObject({
      code: "shader-compile",
      message: expect.stringContaining(`${size}`),
    });
    const noMain = await failureOf(createKernel(gpu, scaleWith("fn main", "fn other"), constants));
    expect(noMain).toMatchObject({
      code: "shader-compile",
      message: expect.stringContaining("main"),
    });
  });

  test("refuses a feature that the device has not", async () => {
    const name = "chromium-experimental-subgroup-matrix";
    const error = await failureOf(
      createKernel(gpu, defineKernel({ ...scale, features: [name] }), constants),
    );
    expect(error).toMatchObject({
      code: "missing-feature",
      message: expect.stringContaining(name),
    });
  });

  test("ends with a lost device", async () => {
    const other = await openGpu({ adapter: testAdapter() });
    const compiling = failureOf(createKernel(other, scale, constants));
    other.device.destroy();
    expect(await compiling).toMatchObject({ code: "device-lost" });
    expect(await failureOf(createKernel(other, scale, constants))).toMatchObject({
      code: "device-lost",
    });
    other.dispose();
  });
});
