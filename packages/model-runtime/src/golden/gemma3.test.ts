import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Model, openModel } from "../index.ts";
import { differingSteps, NEAR_TIE, readLlamaCppCases } from "./llama-cpp-case.fixture.ts";

const file = process.env.SIFT_GEMMA3_GGUF ?? "";

/** llama.cpp on the same weights unpacked to float32; on the packed ones it rounds activations to 8 bits. */
const cases = readLlamaCppCases("gemma3-unpacked.golden.json").map(
  (golden) => [golden.text.slice(0, 48), golden] as const,
);

describe.skipIf(!existsSync(file))(
  "openModel on Gemma 3 270M Q4_K_M (SIFT_GEMMA3_GGUF names the file)",
  () => {
    let model: Model;
    beforeAll(async () => {
      model = await openModel(file, { backend: "cpu" });
    }, 120_000);
    afterAll(async () => model.dispose());

    test("reads the file's shape and its windows", () => {
      expect(model.config).toMatchObject({ layers: 18, queryHeads: 4, kvHeads: 1, headDim: 256 });
      expect(model.config.slidingWindow?.size).toBe(512);
      expect(model.config.slidingWindow?.layers.filter((slides) => !slides)).toHaveLength(3);
    });

    test.each(cases)("makes llama.cpp's tokens of: %s", (_, { text, ids }) => {
      expect(model.tokenizer.encode(text)).toEqual(ids);
    });

    test("one case is longer than the window", () => {
      expect(Math.max(...cases.map(([, { ids }]) => ids.length))).toBeGreaterThan(512);
    });

    test.each(cases)(
      "chooses llama.cpp's greedy tokens except at near ties: %s",
      async (_, golden) => {
        const different = await differingSteps(model, golden);
        expect(different.filter((step) => golden.gaps[step]! >= NEAR_TIE)).toEqual([]);
      },
      300_000,
    );
  },
);
