import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Model, openModel } from "../index.ts";
import {
  differingSteps,
  type LlamaCppCase,
  NEAR_TIE,
  readLlamaCppCases,
} from "./llama-cpp-case.fixture.ts";

const file = process.env.SIFT_SMOLLM2_GGUF ?? "";

/** llama.cpp on the same file: it rounds activations to 8 bits, which moves its gaps by tenths. */
const packed = readLlamaCppCases("smollm2-packed.golden.json");
/** llama.cpp on the same weights unpacked to float32. */
const unpacked = readLlamaCppCases("smollm2-unpacked.golden.json");
/** What was asked, the last line but two of a rendered chat. */
function questionOf({ text }: LlamaCppCase): string {
  return (text.split("\n").at(-3) ?? "").replace("<|im_end|>", "");
}

describe.skipIf(!existsSync(file))(
  "openModel on SmolLM2-135M-Instruct Q4_1 (SIFT_SMOLLM2_GGUF names the file)",
  () => {
    let model: Model;
    beforeAll(async () => {
      model = await openModel(file);
    }, 120_000);
    afterAll(async () => model.dispose());

    test("reads the file's shape and tokenizer", () => {
      expect(model.config).toMatchObject({ layers: 30, queryHeads: 9, kvHeads: 3, headDim: 64 });
      for (const { text, ids } of [...packed, ...unpacked])
        expect(model.tokenizer.encode(text)).toEqual(ids);
    });

    test("renders a chat as the model was trained", () => {
      const messages = [
        {
          role: "system",
          content: "You are a helpful AI assistant named SmolLM, trained by Hugging Face",
        },
        { role: "user", content: "What is the capital of France?" },
      ];
      expect(model.applyChatTemplate(messages)).toBe(unpacked[0]!.text);
      expect(model.applyChatTemplate(messages.slice(1))).toBe(unpacked[0]!.text);
    });

    test.each(packed.map((golden) => [questionOf(golden), golden] as const))(
      "chooses all of llama.cpp's greedy tokens from the same file: %s",
      async (_question, golden) => {
        expect(await differingSteps(model, golden)).toEqual([]);
      },
      120_000,
    );

    test.each(unpacked.map((golden) => [questionOf(golden), golden] as const))(
      "chooses llama.cpp's greedy tokens from the unpacked weights except at near ties: %s",
      async (_question, golden) => {
        const different = await differingSteps(model, golden);
        expect(different.filter((step) => golden.gaps[step]! >= NEAR_TIE)).toEqual([]);
      },
      120_000,
    );
  },
);
