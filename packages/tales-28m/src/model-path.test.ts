import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import { modelPath } from "./model-path.ts";
import { modelUrl } from "./model-url.ts";

describe("modelPath", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test("is the absolute path of an existing file", () => {
    expect(isAbsolute(modelPath())).toBe(true);
    expect(existsSync(modelPath())).toBe(true);
  });

  test("names the same file as modelUrl", () => {
    expect(pathToFileURL(modelPath()).href).toBe(modelUrl.href);
  });

  test("says what to do where there is no Node", () => {
    vi.stubGlobal("process", undefined);
    expect(() => modelPath()).toThrow("fetch modelUrl instead");
  });
});
