import { ModelError } from "@sift-attention/model-runtime";
import { createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import { byteTokenizer } from "../../test/tiny-model.ts";
import { BenchError } from "../bench-error.ts";
import { encodeParagraphs } from "./haystack.ts";
import { passkeyPrompt } from "./passkey-prompt.ts";

const model = {
  tokenizer: byteTokenizer,
  applyChatTemplate: (messages: readonly { readonly content: string }[]): string =>
    `<user>${messages[0]!.content}<assistant>`,
};
const paragraphs = encodeParagraphs(byteTokenizer, "Some words of a story.\n\n".repeat(60));

function promptAt(depth: number, context: number = 400) {
  return passkeyPrompt(model, paragraphs, { context, depth, random: createRandom(3) });
}

describe("passkeyPrompt", () => {
  test("has exactly the wanted tokens before the number", () => {
    const { tokens, answerStart } = promptAt(0.5);
    expect(answerStart).toBe(400);
    expect(byteTokenizer.decode(tokens.slice(0, answerStart))).toMatch(
      /^<user>.*The pass key is$/s,
    );
    expect(byteTokenizer.decode(tokens.slice(answerStart))).toMatch(/^ \d{5}$/);
  });

  test("hides the same number that it asks for", () => {
    const { tokens, answerStart } = promptAt(0.5);
    const number = byteTokenizer.decode(tokens.slice(answerStart)).trim();
    expect(byteTokenizer.decode(tokens)).toContain(`The pass key is ${number}. Remember it.\n\n`);
  });

  test("asks in the model's chat form", () => {
    const { tokens, questionStart } = promptAt(0.5);
    expect(byteTokenizer.decode(tokens.slice(questionStart))).toMatch(
      /^What is the pass key\?<assistant>The pass key is \d{5}$/,
    );
  });

  test.each([0, 0.3, 0.7, 1])("puts the key near depth %d", (depth) => {
    expect(Math.abs(promptAt(depth).depth - depth)).toBeLessThan(24 / 280);
  });

  test("the same seed gives the same prompt", () => {
    expect(promptAt(0.5)).toEqual(promptAt(0.5));
  });

  test("asks in plain words where there is no chat template", () => {
    const plain = {
      tokenizer: byteTokenizer,
      applyChatTemplate: (): string => {
        throw new ModelError("no-chat-template", "none");
      },
    };
    const request = { context: 400, depth: 0.5, random: createRandom(3) };
    const { tokens, questionStart } = passkeyPrompt(plain, paragraphs, request);
    expect(byteTokenizer.decode(tokens.slice(questionStart))).toMatch(
      /^What is the pass key\? The pass key is \d{5}$/,
    );
  });

  test("hides several keys of different owners and asks for one of them", () => {
    for (let seed = 0; seed < 8; seed++) {
      const request = { context: 700, depth: 0.5, keys: 4, random: createRandom(seed) };
      const { tokens, keys, answerStart, questionStart, depth } = passkeyPrompt(
        model,
        paragraphs,
        request,
      );
      const text = byteTokenizer.decode(tokens);
      const hidden = [
        ...text.matchAll(/The pass key of the ([a-z ]+) is (\d{5})\. Remember it\./g),
      ];
      expect([keys, hidden.length, answerStart]).toEqual([4, 4, 700]);
      expect(new Set(hidden.map(([, owner]) => owner)).size).toBe(4);
      const question = byteTokenizer.decode(tokens.slice(questionStart));
      const asked = hidden.find(([, owner]) => question.includes(`of the ${owner}?`))!;
      expect(question).toMatch(new RegExp(`The pass key of the ${asked[1]} is ${asked[2]}$`));
      expect(Math.abs(depth - 0.5)).toBeLessThan(0.1);
    }
  });

  test("a text or a context too short is refused", () => {
    expect(() => promptAt(0.5, 2000)).toThrow(BenchError);
    expect(() => promptAt(0.5, 60)).toThrow(BenchError);
  });
});
