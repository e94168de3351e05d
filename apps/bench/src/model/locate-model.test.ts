import { modelPath } from "@sift-attention/tales-28m";
import { describe, expect, test } from "vitest";
import { locateModel } from "./locate-model.ts";

describe("locateModel", () => {
  const { signal } = new AbortController();

  test("knows the embedded model by its name", async () => {
    expect(await locateModel("tales-28m", signal)).toEqual({
      name: "tales-28m",
      path: modelPath(),
    });
  });

  test("calls a file by its name without the ending", async () => {
    expect(await locateModel(modelPath(), signal)).toEqual({
      name: "tales-28m.q8_0",
      path: modelPath(),
    });
  });

  test.each(["nowhere", "models/absent.gguf", "/no/such/folder"])("refuses %s", async (name) => {
    await expect(locateModel(name, signal)).rejects.toThrow(`got ${name}`);
  });
});
