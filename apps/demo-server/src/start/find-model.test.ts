import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { findModel } from "./find-model.ts";
import { SettingsError } from "./settings.ts";

describe("findModel", () => {
  test("finds the embedded model by its name", () => {
    const location = findModel("tales-28m");
    expect(location).toMatchObject({ kind: "disk", id: "tales-28m" });
    expect(location.kind === "disk" && location.path.endsWith(".gguf")).toBe(true);
  });

  test("finds folders and files and names them by their last part", async () => {
    const root = await mkdtemp(join(tmpdir(), "sift-model-"));
    onTestFinished(() => rm(root, { recursive: true }));
    await mkdir(join(root, "folder"));
    await writeFile(join(root, "small.Q8_0.gguf"), "");
    expect(findModel(join(root, "folder/"))).toMatchObject({ kind: "disk", id: "folder" });
    expect(findModel(join(root, "small.Q8_0.gguf"))).toMatchObject({ id: "small.Q8_0" });
  });

  test.each([
    "HuggingFaceTB/SmolLM2-135M-Instruct",
    "HuggingFaceTB/SmolLM2-135M-Instruct@v1.0",
    "bartowski/SmolLM2-135M-Instruct-GGUF/SmolLM2-135M-Instruct-Q8_0.gguf",
  ])("takes %s for an id on the Hub", (id) => {
    expect(findModel(id)).toEqual({ kind: "hub", id });
  });

  test.each([
    "",
    "tales",
    "./missing",
    "../a/b",
    "models/missing.gguf",
    "a/b/c",
    "/missing",
    "a b/c",
  ])("refuses %j", (name) => {
    expect(() => findModel(name)).toThrow(SettingsError);
    expect(() => findModel(name)).toThrow(/--model/);
  });
});
