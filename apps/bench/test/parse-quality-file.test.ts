import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseQualityFile } from "./parse-quality-file.ts";

const golden = readFileSync(new URL("./quality-file.golden.json", import.meta.url), "utf8");

/** The golden file with one field of its first row changed. */
function withField(name: string, value: unknown): string {
  const file = JSON.parse(golden) as { rows: Record<string, unknown>[] };
  file.rows[0] = { ...file.rows[0], [name]: value };
  return JSON.stringify(file);
}

describe("parseQualityFile", () => {
  test("takes the golden file: its names are a promise", () => {
    expect(Object.keys(parseQualityFile(golden).rows[0]!).slice(0, 3)).toEqual([
      "model",
      "text",
      "context",
    ]);
  });

  test.each([
    ["klMean", null],
    ["keptUnion", 1.2],
    ["droppedMassMax", undefined],
    ["valueRowsRead", "12"],
  ])("refuses %s %j", (name, value) => {
    expect(() => parseQualityFile(withField(name, value))).toThrow(name);
  });
});
