import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BenchError } from "../bench-error.ts";
import { digestModel } from "./digest-model.ts";

describe("digestModel", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "model-"));
    writeFileSync(join(folder, "config.json"), "{}");
    writeFileSync(join(folder, "model.safetensors"), "weights");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test("of a folder changes with the weights, not with a note beside them", async () => {
    const before = await digestModel(folder);
    writeFileSync(join(folder, "README.md"), "a note");
    expect(await digestModel(folder)).toBe(before);
    writeFileSync(join(folder, "model.safetensors"), "other weights");
    expect(await digestModel(folder)).not.toBe(before);
  });

  test("of a file is that of its bytes", async () => {
    const file = join(folder, "model.gguf");
    writeFileSync(file, "one");
    expect(await digestModel(file)).toBe(createHash("sha256").update("one").digest("hex"));
  });

  test("of nothing is refused", async () => {
    await expect(digestModel(join(folder, "absent"))).rejects.toThrow(BenchError);
  });
});
