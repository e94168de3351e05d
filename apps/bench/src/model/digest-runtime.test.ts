import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digestCode } from "./digest-runtime.ts";

describe("digestCode", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "code-"));
    writeFileSync(join(folder, "index.js"), "export {};");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test("changes with the code, not with a source map", () => {
    const before = digestCode(folder);
    writeFileSync(join(folder, "index.js.map"), "{}");
    expect(digestCode(folder)).toBe(before);
    writeFileSync(join(folder, "index.js"), "export const a = 1;");
    expect(digestCode(folder)).not.toBe(before);
  });

  test("of a folder that was not built is that of nothing", () => {
    expect(digestCode(join(folder, "absent"))).toMatch(/^e3b0c442/);
  });
});
