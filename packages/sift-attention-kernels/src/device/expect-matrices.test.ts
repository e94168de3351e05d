import { describe, expect, test } from "vitest";
import { expectMatrices } from "./expect-matrices.ts";

const product = { componentType: "f16", resultComponentType: "f32", m: 16, k: 16 };
const report = {
  features: ["chromium-experimental-subgroup-matrix", "shader-f16", "subgroups"],
  subgroupMinSize: 32,
  subgroupMaxSize: 32,
  subgroupMatrices: [
    { ...product, n: 16 },
    { ...product, n: 8 },
    { ...product, n: 8, k: 8 },
  ],
};

describe("expectMatrices", () => {
  test("takes a device with both products and the subgroups of the variant", () => {
    expect(() => expectMatrices(report, 32)).not.toThrow();
  });

  test.each([
    ["a feature", { features: ["chromium-experimental-subgroup-matrix"] }, 32, /with shader-f16/],
    [
      "a product",
      { subgroupMatrices: report.subgroupMatrices.slice(1) },
      32,
      /16 × 16 × 16, got f16/,
    ],
    ["any product", { subgroupMatrices: [] }, 32, /got none; leave matrix out/],
    [
      "sums in f32",
      {
        subgroupMatrices: report.subgroupMatrices.map((matrix) => ({
          ...matrix,
          resultComponentType: "f16",
        })),
      },
      32,
      /f16 to f32/,
    ],
    ["one size of subgroups", { subgroupMinSize: 16 }, 32, /one size, got 16 to 32/],
    ["the variant's subgroups", {}, 16, /subgroupSize 32, got 16/],
    ["subgroups in the variant", {}, 0, /subgroupSize 32, got 0/],
  ] as const)("refuses a device without %s", (_, changed, subgroupSize, message) => {
    const refused = () => expectMatrices({ ...report, ...changed }, subgroupSize);
    expect(refused).toThrow(
      expect.objectContaining({ name: "SiftError", code: "missing-feature" }),
    );
    expect(refused).toThrow(message);
  });
});
