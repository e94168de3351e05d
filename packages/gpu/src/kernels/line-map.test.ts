import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinFiles, linesOf, locateLine } from "./line-map.ts";

describe("joinFiles", () => {
  test("puts files one after another, whatever their line ends", () => {
    const { code } = joinFiles([
      { name: "a", lines: linesOf("one\r\ntwo\r\n") },
      { name: "b", lines: linesOf("three") },
      { name: "c", lines: linesOf("four\n\n") },
    ]);
    expect(code).toBe("one\ntwo\nthree\nfour\n\n");
  });
});

describe("locateLine", () => {
  test("finds for every line of the whole the file's line with the same text", () => {
    const line = fc.string({ unit: fc.constantFrom("a", "b", " ") });
    const texts = fc.array(fc.array(line, { minLength: 1 }), { minLength: 1 });
    fc.assert(
      fc.property(texts, (files) => {
        const named = files.map((lines, i) => ({ name: `${i}`, text: lines.join("\n") }));
        const { code, lineMap } = joinFiles(
          named.map(({ name, text }) => ({ name, lines: linesOf(text) })),
        );
        for (const [index, source] of code.split("\n").slice(0, -1).entries()) {
          const found = locateLine(lineMap, index + 1);
          expect(found?.source).toBe(source);
          expect(named[Number(found?.file)]?.text.split("\n")[found!.line - 1]).toBe(source);
        }
      }),
    );
  });

  test("knows no line outside", () => {
    const { lineMap } = joinFiles([{ name: "a", lines: linesOf("one") }]);
    expect(locateLine(lineMap, 1)).toEqual({ file: "a", line: 1, source: "one" });
    expect(locateLine(lineMap, 0)).toBeUndefined();
    expect(locateLine(lineMap, 2)).toBeUndefined();
  });
});
