import {
  type ReadmeExample,
  readmeExamples,
  typecheckReadmeExamples,
} from "@sift-attention/testing/readme-examples";
import { describe, expect, test } from "vitest";

const readme = new URL("../README.md", import.meta.url);

describe("README", () => {
  test.each([...readmeExamples(readme)])(
    "the example on line $line prints what it says",
    async (example: ReadmeExample) => {
      expect(await example.run()).toEqual(example.expectedOutput);
    },
  );

  test("its examples have right types", async () => {
    expect(await typecheckReadmeExamples(readme)).toBe("");
  });
});
