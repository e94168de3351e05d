import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Model, openModel } from "../index.ts";

interface GoldenCase {
  readonly text: string;
  readonly ids: readonly number[];
  readonly greedy: readonly number[];
  /** Gap between the two largest logits at each step. */
  readonly gaps: readonly number[];
}

const file = process.env.SIFT_SMOLLM2_GGUF ?? "";

function readCases(name: string): readonly GoldenCase[] {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8")).cases;
}

/** llama.cpp on the same file: it rounds activations to 8 bits, which moves its gaps by tenths. */
const packed = readCases("smollm2-packed.golden.json");
/** llama.cpp on the same weights unpacked to float32. */
const unpacked = readCases("smollm2-unpacked.golden.json");
/** Below this gap two correct programs may choose differently. */
const nearTie = 1e-2;

/** What was asked, the last line but two of a rendered chat. */
function questionOf({ text }: GoldenCase): string {
  return (text.split("\n").at(-3) ?? "").replace("<|im_end|>", "");
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
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

    /** Steps at which the model, fed with the golden tokens, would have chosen another one. */
    async function differingSteps({ ids, greedy }: GoldenCase): Promise<readonly number[]> {
      const session = await model.createSession({
        contextLength: 128,
        attention: { kind: "full" },
      });
      const chosen: number[] = [];
      const tokens = [...ids, ...greedy.slice(0, -1)];
      const vocabulary = model.config.vocabularySize;
      for await (const { logits, rows } of session.score(tokens, { reportFrom: ids.length - 1 })) {
        for (let row = 0; row < rows; row++) {
          chosen.push(indexOfLargest(logits.subarray(row * vocabulary, (row + 1) * vocabulary)));
        }
      }
      session.dispose();
      expect(chosen).toHaveLength(greedy.length);
      return greedy.flatMap((id, step) => (chosen[step] === id ? [] : [step]));
    }

    test.each(packed.map((golden) => [questionOf(golden), golden] as const))(
      "chooses all of llama.cpp's greedy tokens from the same file: %s",
      async (_question, golden) => {
        expect(await differingSteps(golden)).toEqual([]);
      },
      120_000,
    );

    test.each(unpacked.map((golden) => [questionOf(golden), golden] as const))(
      "chooses llama.cpp's greedy tokens from the unpacked weights except at near ties: %s",
      async (_question, golden) => {
        const different = await differingSteps(golden);
        expect(different.filter((step) => golden.gaps[step]! >= nearTie)).toEqual([]);
      },
      120_000,
    );
  },
);
