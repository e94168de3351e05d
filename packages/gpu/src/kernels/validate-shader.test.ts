import { afterAll, describe, expect, test } from "vitest";
import { openGpu } from "../device/open-gpu.ts";
import { createKernel } from "./create-kernel.ts";
import { defineKernel } from "./define-kernel.ts";
import type { KernelFeature, KernelSpec } from "./kernel-spec.ts";
import { validateShader } from "./validate-shader.ts";

const gpu = await openGpu({ backend: "null", experimental: true });
afterAll(() => gpu.dispose());

type Bindings = { readonly a: "read"; readonly c: "read-write" };

function kernelOf(text: string, features: readonly KernelFeature[]): KernelSpec<Bindings> {
  const bindings = { a: "read", c: "read-write" } as const;
  const files = [{ name: "sum.wgsl", text }];
  return defineKernel({ name: "sum", files, bindings, constants: {}, features });
}

const halves = `@group(0) @binding(0) var<storage, read> a: array<f16>;
@group(0) @binding(1) var<storage, read_write> c: array<f32>;
@compute @workgroup_size(128)
fn main(@builtin(subgroup_invocation_id) lane: u32) {
  let sum = subgroupAdd(f32(a[lane]));
  c[lane] = sum;
}
`;

const products = `@group(0) @binding(0) var<storage, read> a: array<f16>;
@group(0) @binding(1) var<storage, read_write> c: array<f32>;
@compute @workgroup_size(128)
fn main() {
  let left = subgroupMatrixLoad<subgroup_matrix_left<f16, 16, 16>>(&a, 0u, false, 16u);
  let right = subgroupMatrixLoad<subgroup_matrix_right<f16, 16, 16>>(&a, 0u, true, 16u);
  subgroupMatrixStore(&c, 0u, subgroupMatrixMultiply<f32>(left, right), false, 16u);
}
`;

describe("validateShader on the null backend", () => {
  test("has the features of every variant", () => {
    expect(gpu.report.missing).toEqual([]);
  });

  test("takes half precision, subgroups and subgroup matrices, as createKernel does", async () => {
    const sum = kernelOf(halves, ["shader-f16", "subgroups"]);
    expect(await validateShader(gpu, sum, {})).toEqual([]);
    expect((await createKernel(gpu, sum, {})).pipeline).toBeDefined();
    const product = kernelOf(products, ["shader-f16", "chromium-experimental-subgroup-matrix"]);
    const messages = await validateShader(gpu, product, {});
    expect(messages.filter(({ type }) => type === "error")).toEqual([]);
    expect((await createKernel(gpu, product, {})).pipeline).toBeDefined();
  });

  test.each([
    ["a feature that is not enabled", halves, ["shader-f16"], 5, /subgroup/],
    [
      "a subgroup operation that some lanes miss",
      halves.replace("let sum", "if (lane < 3u) { return; }\n  let sum"),
      ["shader-f16", "subgroups"],
      6,
      /uniform control flow/,
    ],
    [
      "matrices that do not fit",
      products.replace("right<f16, 16, 16>", "right<f16, 16, 8>"),
      ["shader-f16", "chromium-experimental-subgroup-matrix"],
      7,
      /subgroupMatrixMultiply/,
    ],
  ] as const)("refuses %s, with its line", async (_, text, features, line, message) => {
    await expect(validateShader(gpu, kernelOf(text, features), {})).rejects.toMatchObject({
      code: "shader-compile",
      message: expect.stringMatching(new RegExp(`sum\\.wgsl:${line}:\\d+: error: .*`)),
      messages: expect.arrayContaining([
        expect.objectContaining({ file: "sum.wgsl", line, text: expect.stringMatching(message) }),
      ]),
    });
  });
});
