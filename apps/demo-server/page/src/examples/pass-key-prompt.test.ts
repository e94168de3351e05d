import { createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import { createPassKeyPrompt } from "./pass-key-prompt.ts";

describe("createPassKeyPrompt", () => {
  test("hides the number once, inside the text, before the question", () => {
    const random = createRandom(3);
    for (let round = 0; round < 50; round++) {
      const { prompt, passKey } = createPassKeyPrompt(random);
      expect(passKey).toMatch(/^[1-9]\d{4}$/);
      const paragraphs = prompt.split("\n\n");
      const place = paragraphs.indexOf(`The pass key is ${passKey}. Remember it.`);
      expect(place).toBeGreaterThan(0);
      expect(place).toBeLessThan(paragraphs.length - 2);
      expect(prompt.split(passKey)).toHaveLength(2);
      expect(paragraphs.at(-1)).toBe("What is the pass key?");
    }
  });

  test("the ends of the random range stay inside the text", () => {
    for (const value of [0, 1 - 2 ** -32]) {
      const { prompt, passKey } = createPassKeyPrompt(() => value);
      expect(passKey).toHaveLength(5);
      expect(prompt.startsWith("The village")).toBe(true);
    }
  });
});
