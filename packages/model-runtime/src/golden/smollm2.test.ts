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
const golden: { readonly cases: readonly GoldenCase[] } = JSON.parse(
  readFileSync(new URL("smollm2.golden.json", import.meta.url), "utf8"),
);
/** Below this gap two correct programs may choose differently. */
const nearTie = 1e-2;

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
      for (const { text, ids } of golden.cases) expect(model.tokenizer.encode(text)).toEqual(ids);
    });

    test("renders a chat as the model was trained", () => {
      const messages = [
        {
          role: "system",
          content: "You are a helpful AI assistant named SmolLM, trained by Hugging Face",
        },
        { role: "user", content: "What is the capital of France?" },
      ];
      expect(model.applyChatTemplate(messages)).toBe(golden.cases[0]!.text);
      expect(model.applyChatTemplate(messages.slice(1))).toBe(golden.cases[0]!.text);
    });

    test.each(golden.cases.map((golden) => [golden.text.split("\n").at(-3), golden] as const))(
      "chooses llama.cpp's greedy tokens except at near ties: %s",
      async (_name, { ids, greedy, gaps }) => {
        const session = model.createSession({ contextLength: 128, attention: { kind: "full" } });
        const chosen: number[] = [];
        const tokens = [...ids, ...greedy.slice(0, -1)];
        const vocabulary = model.config.vocabularySize;
        for await (const { logits, rows } of session.score(tokens, {
          reportFrom: ids.length - 1,
        })) {
          for (let row = 0; row < rows; row++) {
            chosen.push(indexOfLargest(logits.subarray(row * vocabulary, (row + 1) * vocabulary)));
          }
        }
        session.dispose();
        expect(chosen).toHaveLength(greedy.length);
        const different = greedy.flatMap((id, step) => (chosen[step] === id ? [] : [step]));
        expect(different.filter((step) => gaps[step]! >= nearTie)).toEqual([]);
      },
      120_000,
    );
  },
);
