import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { openGpu } from "../device/open-gpu.ts";
import { assembleShader } from "./assemble-shader.ts";
import { createKernel } from "./create-kernel.ts";
import { defineKernel } from "./define-kernel.ts";
import { defineUniforms } from "./define-uniforms.ts";
import text from "./uniforms.fixture.wgsl";

const step = defineUniforms("Step", {
  count: "u32",
  offset: "i32",
  direction: "vec3<f32>",
  scale: "f32",
  pair: "vec2<u32>",
  corner: "vec4<i32>",
});

const values = {
  count: 2 ** 24,
  offset: -3,
  direction: [0.5, -1, 2],
  scale: 1e-7,
  pair: Uint32Array.of(4, 5),
  corner: [-6, 7, -8, 9],
};

function kernelWith(text: string, uniforms: object = { step }) {
  return defineKernel({
    name: "fields",
    files: [{ name: "uniforms.wgsl", text }],
    bindings: { step: "uniform", fields: "read-write" },
    constants: {},
    uniforms,
  });
}

describe("defineUniforms", () => {
  test("packs fields where a shader finds them", async () => {
    const gpu = await openTestGpu(openGpu);
    const kernel = await createKernel(gpu, kernelWith(text), {});
    const shape = [step.byteLength];
    const data = step.pack(values);
    const buffer = gpu.createBuffer({ label: "step", dtype: "u8", shape, usage: "uniform", data });
    const fields = gpu.createBuffer({
      label: "fields",
      dtype: "f32",
      shape: [12],
      usage: "storage",
    });
    const group = kernel.bind({ step: buffer, fields });
    gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      kernel.record(pass, group, [1]);
      pass.end();
    });
    const expected = [2 ** 24, -3, 0.5, -1, 2, Math.fround(1e-7), 4, 5, -6, 7, -8, 9];
    expect([...(await gpu.read(fields))]).toEqual(expected);
  });

  test("fills the same bytes each time", () => {
    const first = step.pack(values);
    expect(step.pack({ ...values, count: 1 })).toBe(first);
    expect(first[0]).toBe(1);
    expect(first.length).toBe(64);
  });

  test.each([
    ["count", -1],
    ["count", 0.5],
    ["count", 2 ** 32],
    ["offset", 2 ** 31],
    ["scale", Number.NaN],
    ["scale", undefined],
    ["scale", [1, 2]],
    ["direction", [1, 2]],
    ["direction", 1],
  ])("refuses %s = %j", (name, value) => {
    const wrong = { ...values, [name]: value };
    expect(() => step.pack(wrong)).toThrow(
      expect.objectContaining({
        code: "invalid-argument",
        message: expect.stringContaining(`uniforms Step: ${name}: expected`),
      }),
    );
  });

  test("infinity is a float", () => {
    const bias = defineUniforms("Bias", { least: "f32" });
    const bytes = bias.pack({ least: Number.NEGATIVE_INFINITY });
    expect(new Float32Array(bytes.buffer)[0]).toBe(Number.NEGATIVE_INFINITY);
  });

  test.each([
    [{}, "expected fields, got none"],
    [{ a: "f16" }, "got a: f16"],
    [{ "2a": "u32" }, "got 2a: u32"],
    [{ a: "vec5<u32>" }, "got a: vec5<u32>"],
  ])("refuses the fields %j", (fields, message) => {
    expect(() => defineUniforms("Odd", fields as Record<string, "u32">)).toThrow(message);
  });
});

describe("a kernel's uniforms", () => {
  test.each([
    ["another name", "count: u32", "counts: u32", "got struct Step { counts:u32"],
    ["another type", "count: u32", "count: f32", "got struct Step { count:f32"],
    ["another order", "offset: i32,", "", "got struct Step { count:u32, direction"],
    ["another struct", "struct Step", "struct Steps", "got no struct Step"],
    [
      "another struct for the binding",
      "step: Step",
      "step: array<vec4<u32>, 4>",
      "got array<vec4<u32>,4>",
    ],
  ])("refuse files that declare %s", (_, from, to, message) => {
    const wrong = text.replace(from, to);
    expect(wrong).not.toBe(text);
    expect(() => assembleShader(kernelWith(wrong), {})).toThrow(
      expect.objectContaining({
        code: "invalid-argument",
        message: expect.stringContaining(message),
      }),
    );
  });

  test("are for bindings of kind uniform", () => {
    expect(() => assembleShader(kernelWith(text, { fields: step }), {})).toThrow(
      "kernel fields: uniforms fields: expected var<uniform> fields: Step, got array<f32>",
    );
    expect(assembleShader(kernelWith(text), {}).code).toBe(text);
  });
});
