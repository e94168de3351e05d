import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { constantLines, enableLines } from "./shader-header.ts";

const kinds = { TILE: "u32", SHIFT: "i32", SCALE: "f32", FILL: "bool" } as const;
const values = { TILE: 64, SHIFT: -3, SCALE: 0.125, FILL: true };

describe("constantLines", () => {
  test("declares each constant in the spec's order", () => {
    expect(constantLines("kernel k", kinds, values)).toEqual([
      "const TILE: u32 = 64u;",
      "const SHIFT: i32 = i32(-3);",
      "const SCALE: f32 = 0.125f;",
      "const FILL: bool = true;",
    ]);
  });

  test("writes every float so that it reads back as itself", () => {
    const floats = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(floats, (value) => {
        const [line = ""] = constantLines("k", { X: "f32" }, { X: value });
        const digits = /^const X: f32 = (-?\d+(?:\.\d+)?(?:e[+-]\d+)?)f;$/.exec(line)?.[1];
        expect(Math.fround(Number(digits))).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  test.each([
    ["TILE", -1],
    ["TILE", 1.5],
    ["TILE", 2 ** 32],
    ["TILE", Number.NaN],
    ["TILE", true],
    ["SHIFT", 2 ** 31],
    ["SCALE", Number.NaN],
    ["SCALE", Number.POSITIVE_INFINITY],
    ["SCALE", 1e39],
    ["SCALE", "1"],
    ["FILL", 1],
  ])("refuses %s = %s", (name, value) => {
    const wrong = { ...values, [name]: value };
    expect(() => constantLines("kernel k", kinds, wrong)).toThrow(
      expect.objectContaining({
        code: "invalid-argument",
        message: `kernel k: ${name}: expected ${kinds[name as keyof typeof kinds]}, got ${value}`,
      }),
    );
  });

  test("takes the ends of the whole numbers' ranges", () => {
    expect(constantLines("k", { A: "u32" }, { A: 2 ** 32 - 1 })).toEqual([
      "const A: u32 = 4294967295u;",
    ]);
    expect(constantLines("k", { A: "i32" }, { A: -(2 ** 31) })).toEqual([
      "const A: i32 = i32(-2147483648);",
    ]);
  });

  test("refuses a constant too few and one too many, and names both", () => {
    const { TILE, ...others } = values;
    const misspelt = { ...others, TYLE: TILE } as unknown as typeof values;
    expect(() => constantLines("kernel k", kinds, misspelt)).toThrow(
      "kernel k: constants: expected TILE, SHIFT, SCALE, FILL, got no TILE, TYLE, which the spec does not name",
    );
  });
});

describe("enableLines", () => {
  test("uses WGSL's names of WebGPU's features", () => {
    expect(enableLines(["subgroups", "shader-f16"])).toEqual(["enable subgroups;", "enable f16;"]);
    expect(enableLines()).toEqual([]);
  });
});
