import { describe, expect, test } from "vitest";
import { assembleShader } from "./assemble-shader.ts";
import { defineKernel } from "./define-kernel.ts";
import { locateLine } from "./line-map.ts";
import { scale } from "./scale.fixture.ts";

const constants = { TILE: 64, FACTOR: 2 };

describe("assembleShader", () => {
  test("puts enable lines first, then the constants, then the files", () => {
    const prelude = { name: "prelude.wgsl", text: "alias Word = u32;\n" };
    const spec = defineKernel({
      ...scale,
      files: [prelude, ...scale.files],
      features: ["subgroups"],
    });
    const { code, lineMap } = assembleShader(spec, constants);
    expect(code).toBe(
      `enable subgroups;\nconst TILE: u32 = 64u;\nconst FACTOR: f32 = 2f;\nalias Word = u32;\n${scale.files[0]!.text}`,
    );
    expect(locateLine(lineMap, 2)).toMatchObject({ file: "header", line: 2 });
    expect(locateLine(lineMap, 4)).toMatchObject({ file: "prelude.wgsl", line: 1 });
    expect(locateLine(lineMap, 5)).toMatchObject({ file: "scale.wgsl", line: 1 });
  });

  test.each([
    ["another name", "> input", "> inputs", "@binding(0) inputs: read;"],
    ["another access", "storage, read>", "storage, read_write>", "@binding(0) input: read-write;"],
    ["another order", "@binding(0)", "@binding(7)", "@binding(7) input: read in scale.wgsl"],
    ["another group", "@group(0)", "@group(1)", "@group(1) @binding(0) input: read in scale.wgsl"],
    [
      "one too few",
      "@group(0) @binding(0) var",
      "var",
      "got @group(0) @binding(1) scaled: read-write in",
    ],
  ])("refuses files that declare %s", (_, from, to, message) => {
    const text = scale.files[0]!.text.replace(from, to);
    expect(text).not.toBe(scale.files[0]!.text);
    const spec = defineKernel({ ...scale, files: [{ name: "scale.wgsl", text }] });
    expect(() => assembleShader(spec, constants)).toThrow(
      expect.objectContaining({
        code: "invalid-argument",
        message: expect.stringContaining(message),
      }),
    );
  });
});

describe("defineKernel", () => {
  test("makes a misspelt binding or constant a type error", () => {
    const values = { TILE: 64, FACTORS: 2 };
    // @ts-expect-error FACTOR is missing
    expect(() => assembleShader(scale, values)).toThrow(/got no FACTOR, FACTORS/);
    // @ts-expect-error a number, not a text
    expect(() => assembleShader(scale, { TILE: 64, FACTOR: "2" })).toThrow(/expected f32/);
  });

  test.each([
    ["no file", { files: [] }, "files: expected at least one"],
    ["a kind that does not exist", { bindings: { input: "write" } }, "got input: write"],
    ["a name that WGSL refuses", { constants: { "2TILE": "u32" } }, "got 2TILE: u32"],
    ["a feature that does not exist", { features: ["f16"] }, "got f16"],
  ])("refuses %s", (_, change, message) => {
    expect(() => defineKernel({ ...scale, ...change } as unknown as typeof scale)).toThrow(
      expect.objectContaining({
        code: "invalid-argument",
        message: expect.stringContaining(message),
      }),
    );
  });
});
