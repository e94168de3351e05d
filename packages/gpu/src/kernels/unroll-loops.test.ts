import { describe, expect, test } from "vitest";
import { assembleShader } from "./assemble-shader.ts";
import { declaredIntegers } from "./declared-integers.ts";
import { defineKernel } from "./define-kernel.ts";
import { linesOf, locateLine } from "./line-map.ts";
import { scale } from "./scale.fixture.ts";
import { unrollLoops } from "./unroll-loops.ts";

const names = new Map([["ROWS", 2]]);

/** A file's text after the unrolling, and the file's line of each of its lines. */
function unroll(text: string): { readonly text: string; readonly lines: readonly number[] } {
  const file = { name: "a.wgsl", lines: linesOf(text) };
  const [unrolled] = unrollLoops("kernel k", [file], (name) => names.get(name));
  return {
    text: unrolled!.lines.map((line) => line.text).join("\n"),
    lines: unrolled!.lines.map(({ line }) => line),
  };
}

function expectRefusal(text: string, message: string): void {
  expect(() => unroll(text)).toThrow(
    expect.objectContaining({
      code: "invalid-argument",
      message: expect.stringContaining(`kernel k: a.wgsl:${message}`),
    }),
  );
}

describe("unrollLoops", () => {
  test("writes a block for each round, with the counter's value as a word of its own", () => {
    const { text, lines } = unroll(`before
  // @unroll
  for (var i = 1u; i < ROWS + 1; i++) {
    x[i] = y.i + i2 + (i+i); // of i
  }
after i`);
    expect(text).toBe(`before
  // @unroll
  {
    x[1u] = y.i + i2 + (1u+1u); // of 1u
  }
  {
    x[2u] = y.i + i2 + (2u+2u); // of 2u
  }
after i`);
    expect(lines).toEqual([1, 2, 3, 4, 5, 3, 4, 5, 6]);
  });

  test("writes out nested loops, whose bounds may use the outer counters", () => {
    const { text } = unroll(`// @unroll
for (var i = 0u; i < 3; i++) {
  // @unroll: half a matrix
  for (var j = i; j < i + i % 2u; j++) {
    f(i, j);
  }
}`);
    // `j = i` is a literal once the outer counter has its value.
    expect(text.match(/f\(.*\);/g)).toEqual(["f(1u, 1u);"]);
  });

  test("leaves loops without a mark, and jumps out of inner ones, as they are", () => {
    const plain = "for (var i = 0u; i < n; i++) {\n  if (i > 3u) { break; }\n}";
    expect(unroll(plain).text).toBe(plain);
    const body = `  for (var j = 0u; j < 9u; j++) {
    if (x[j] == 0u) {
      continue;
    }
  }
  // take no break`;
    const { text } = unroll(`// @unroll\nfor (var i = 0u; i < 1; i++) {\n${body}\n}`);
    expect(text).toBe(`// @unroll\n{\n${body}\n}`);
  });

  test("writes nothing for a loop without rounds", () => {
    const { text } = unroll("a\n// @unroll\nfor (var i = 2u; i < ROWS; i++) {\nb\n}\nc");
    expect(text).toBe("a\n// @unroll\nc");
  });

  test.each([
    ["a bound that is not known", "i < n", "2: @unroll: expected a bound", "got n"],
    ["another counter tested", "j < 2", "2: @unroll: expected for (var NAME", "j < 2"],
  ])("refuses %s", (_, condition, message, got) => {
    const text = `// @unroll\nfor (var i = 0u; ${condition}; i++) {\n}`;
    expectRefusal(text, message);
    expect(() => unroll(text)).toThrow(got);
  });

  test("refuses what is no such loop, a missing brace and a jump out", () => {
    expectRefusal("// @unroll\nlet x = 1;", "2: @unroll: expected for (var NAME = 0u;");
    expectRefusal("x\n// @unroll", "2: @unroll: expected for");
    const loop = "// @unroll\nfor (var i = 0u; i < 2; i++) {\n";
    expectRefusal(`${loop} }`, "2: @unroll: expected a } alone");
    expectRefusal(
      `${loop}  if (i == n) { continue; }\n}`,
      "3: @unroll: expected a body that stays",
    );
    expectRefusal(`${loop}  x /= 2; break;\n}`, "3: @unroll: expected a body that stays");
  });

  test("refuses more than 4096 rounds in all, over nested loops too", () => {
    const loop = (rounds: number, body: string) =>
      `// @unroll\nfor (var i = 0u; i < ${rounds}; i++) {\n${body}\n}`;
    expect(unroll(loop(4096, "")).lines).toHaveLength(4096 * 3 + 1);
    expectRefusal(loop(4097, ""), "2: @unroll: expected at most 4096 rounds in all, got 4097");
    const nested = loop(64, "  // @unroll\n  for (var j = 0u; j < 64; j++) {\n  }");
    expectRefusal(nested, "4: @unroll: expected at most 4096 rounds");
  });
});

describe("declaredIntegers", () => {
  const text = `const ITEMS = ROWS * PITCH;
const PITCH: u32 = 1u << (COUNT - 1); // wide
const LOOP = LOOP + 1;
const SCALE = 2.5;
fn f() {
  const INNER = 3;
}`;
  const files = [{ name: "a", text }];
  const kinds = { ROWS: "u32", COUNT: "i32", FACTOR: "f32", FLAG: "bool" } as const;
  const values = { ROWS: 3, COUNT: 4, FACTOR: 2, FLAG: true };
  const resolve = declaredIntegers(files, kinds, values);

  test("knows the header's whole numbers and the files' constants made of them", () => {
    expect(["ROWS", "COUNT", "PITCH", "ITEMS"].map(resolve)).toEqual([3, 4, 8, 24]);
  });

  test("knows nothing else", () => {
    const others = ["LOOP", "SCALE", "FACTOR", "FLAG", "INNER", "toString"];
    expect(others.map(resolve)).toEqual(others.map(() => undefined));
  });
});

describe("assembleShader", () => {
  test("unrolls with the kernel's constants, and still knows each line's place", () => {
    const prelude = { name: "prelude.wgsl", text: "const TWICE = TILE / 32;\n" };
    const loop =
      "fn f() {\n  // @unroll\n  for (var i = 0u; i < TWICE; i++) {\n    g(i);\n  }\n}\n";
    const files = [prelude, { name: "scale.wgsl", text: loop + scale.files[0]!.text }];
    const spec = defineKernel({ ...scale, files });
    const { code, lineMap } = assembleShader(spec, { TILE: 64, FACTOR: 2 });
    const places = code.split("\n").flatMap((text, index) => {
      return text.includes(" g(") ? [locateLine(lineMap, index + 1)] : [];
    });
    expect(places).toEqual([
      { file: "scale.wgsl", line: 4, source: "    g(0u);" },
      { file: "scale.wgsl", line: 4, source: "    g(1u);" },
    ]);
    const last = code.trimEnd().split("\n").length;
    const lines = files[1]!.text.trimEnd().split("\n").length;
    expect(locateLine(lineMap, last)).toMatchObject({ file: "scale.wgsl", line: lines });
  });
});
