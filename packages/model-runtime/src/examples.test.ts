import { fileURLToPath } from "node:url";
import {
  type ReadmeExample,
  readmeExamples,
  typecheckReadmeExamples,
} from "@sift-attention/testing/readme-examples";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const readme = new URL("../README.md", import.meta.url);
/** The examples open the embedded model by its file name. */
const models = fileURLToPath(new URL("../../tales-28m/model/", import.meta.url));
const home = process.cwd();

describe("README", () => {
  beforeAll(() => process.chdir(models));
  afterAll(() => process.chdir(home));

  test.each([...readmeExamples(readme)])(
    "the example on line $line prints what it says",
    async (example: ReadmeExample) => {
      expect(await example.run()).toEqual(example.expectedOutput);
    },
    120_000,
  );

  test("its examples have right types", async () => {
    expect(await typecheckReadmeExamples(readme)).toBe("");
  });
});
