import { describe, expect, test } from "vitest";
import { createFamilyFolder, FAMILY_CASES } from "../golden/family-case.fixture.ts";
import { openModelFiles } from "../weights/open-model-files.ts";
import { blueprintTensors } from "./blueprint-tensors.ts";
import { findFamily } from "./find-family.ts";

describe("blueprintTensors", () => {
  test.each(FAMILY_CASES)("%s: needs each tensor that the file has, once", async (name) => {
    const { config, tensors } = await openModelFiles({ files: createFamilyFolder(name) });
    const blueprint = findFamily(config.family).blueprint(config, (tensor) => tensors.has(tensor));
    const needs = blueprintTensors(blueprint);
    expect(needs.map((need) => need.name).sort()).toEqual([...tensors.keys()].sort());
    for (const need of needs) expect(tensors.get(need.name)!.shape).toEqual(need.shape);
  });
});
