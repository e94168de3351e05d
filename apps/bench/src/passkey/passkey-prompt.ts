import { type Model, ModelError, type Tokenizer } from "@sift-attention/model-runtime";
import { BenchError } from "../bench-error.ts";
import { cutHaystack, type Haystack } from "./haystack.ts";

const QUESTION = "What is the pass key?";
const ANSWER = "The pass key is";
const PLACE = "\u0001";

/** A prompt that hides a number, and the number. */
export interface PasskeyPrompt {
  /** Prompt, the beginning of its answer and the number: [context + answer tokens]. */
  readonly tokens: readonly number[];
  /** Where the question begins. */
  readonly questionStart: number;
  /** Where the number begins: `context` tokens come before it. */
  readonly answerStart: number;
  /** Share of the haystack before the key, in [0, 1]. */
  readonly depth: number;
}

export interface PasskeyRequest {
  /** Tokens of the prompt up to the number. */
  readonly context: number;
  /** Wanted depth of the key in [0, 1]; it goes to the nearest beginning of a paragraph. */
  readonly depth: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** What stands around the haystack: text of the chat template before and after the user's words. */
function frame({ applyChatTemplate }: Pick<Model, "applyChatTemplate">): [string, string] {
  try {
    const prompt = applyChatTemplate([{ role: "user", content: PLACE }]);
    const at = prompt.indexOf(PLACE);
    return [prompt.slice(0, at), prompt.slice(at + PLACE.length)];
  } catch (error) {
    if (error instanceof ModelError && error.code === "no-chat-template") return ["", " "];
    throw error;
  }
}

/** Tokens of the number that follows the beginning of the answer, encoded together as the model would write them. */
function answerTokens(
  tokenizer: Tokenizer,
  value: string,
): { opening: number[]; number: number[] } {
  const plain = { addSpecialTokens: false };
  const opening = tokenizer.encode(ANSWER, plain);
  const whole = tokenizer.encode(`${ANSWER} ${value}`, plain);
  return { opening, number: whole.slice(opening.length) };
}

function hide(haystack: Haystack, needle: readonly number[], depth: number): [number[], number] {
  const wanted = depth * haystack.tokens.length;
  const spot = haystack.paragraphStarts.reduce((best, start) =>
    Math.abs(start - wanted) < Math.abs(best - wanted) ? start : best,
  );
  const { tokens } = haystack;
  return [[...tokens.slice(0, spot), ...needle, ...tokens.slice(spot)], spot / tokens.length];
}

/**
 * A passkey prompt in the form of the model's chat template: prose with one sentence that gives a number of five
 * digits, a question for it, and the beginning of the answer.
 * @throws BenchError when the text or the context is too short.
 */
export function passkeyPrompt(
  model: Pick<Model, "tokenizer" | "applyChatTemplate">,
  paragraphs: readonly (readonly number[])[],
  { context, depth, random }: PasskeyRequest,
): PasskeyPrompt {
  const { tokenizer } = model;
  const plain = { addSpecialTokens: false };
  const value = String(10_000 + Math.floor(random() * 90_000));
  const [before, after] = frame(model);
  const head = tokenizer.encode(before);
  const question = tokenizer.encode(QUESTION + after, plain);
  const needle = tokenizer.encode(`The pass key is ${value}. Remember it.\n\n`, plain);
  const { opening, number } = answerTokens(tokenizer, value);
  const room = context - head.length - needle.length - question.length - opening.length;
  const haystack = room > 0 ? cutHaystack(paragraphs, room, random) : undefined;
  if (haystack === undefined) {
    throw new BenchError(
      `pass keys: expected a text of more than ${context} tokens and a context that holds the question, got a context of ${context}; give a longer text or another --context`,
    );
  }
  const [document, found] = hide(haystack, needle, depth);
  const questionStart = head.length + document.length;
  const tokens = [...head, ...document, ...question, ...opening, ...number];
  return { tokens, questionStart, answerStart: context, depth: found };
}
