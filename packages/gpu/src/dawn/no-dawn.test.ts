import { describe, expect, test } from "vitest";
import { openDawn } from "./no-dawn.ts";

describe("openDawn in a browser's bundle", () => {
  test("says what a browser without WebGPU lacks", async () => {
    await expect(openDawn([])).rejects.toMatchObject({
      code: "no-webgpu",
      message: expect.stringContaining("secure page"),
    });
  });
});
