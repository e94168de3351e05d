import {
  type ReadmeExample,
  readmeExamples,
  typecheckReadmeExamples,
} from "@sift-attention/testing/readme-examples";
import { useSoftwareAdapter } from "@sift-attention/testing/software-adapter";
import { testAdapter } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";

if (testAdapter() === "software") useSoftwareAdapter();

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
