import { describe, expect, test } from "vitest";
import { declaredBindings } from "./declared-bindings.ts";

function scan(text: string): readonly unknown[] {
  return declaredBindings([{ name: "x.wgsl", text }]);
}

describe("declaredBindings", () => {
  test.each([
    ["@group(0) @binding(1) var<storage, read> keys: array<u32>;", "keys", 1, "read", "array<u32>"],
    [
      "@binding(2) @group(0)\n  var<storage,read_write>out:array<f32>;",
      "out",
      2,
      "read-write",
      "array<f32>",
    ],
    ["@group(0u) @binding(3i,) var<storage> keys: array<u32>;", "keys", 3, "read", "array<u32>"],
    ["@group( 0 ) @binding( 4 ) var < uniform > step: Step;", "step", 4, "uniform", "Step"],
    [
      "@group(0) @binding(5) var samples: texture_2d<f32>;",
      "samples",
      5,
      undefined,
      "texture_2d<f32>",
    ],
    ["@group(0) /* @binding(1) */ @binding(6) var<uniform> a: u32;", "a", 6, "uniform", "u32"],
  ])("reads %j", (text, name, index, kind, type) => {
    expect(scan(text)).toEqual([{ name, group: 0, index, kind, type }]);
  });

  test("leaves out comments, nested ones too, and variables that are not bound", () => {
    const text = `
      // @group(0) @binding(0) var<uniform> line: u32;
      /* /* */ @group(0) @binding(1) var<uniform> block: u32; */
      var<workgroup> shared_sums: array<f32, 64>;
      var<private> a: u32;
      fn f() { var b = 3; }
    `;
    expect(scan(text)).toEqual([]);
  });

  test("tells groups apart", () => {
    expect(scan("@group(1) @binding(0) var<uniform> a: u32;")).toMatchObject([{ group: 1 }]);
  });
});
