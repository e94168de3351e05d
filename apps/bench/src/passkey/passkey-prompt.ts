import { type Model, ModelError, type Tokenizer } from "@sift-attention/model-runtime";
import { BenchError } from "../bench-error.ts";
import { cutHaystack, type Haystack } from "./haystack.ts";

/** What keys belong to when a prompt hides several: words that no haystack asks for. */
const OWNERS = [
  "red door",
  "old mill",
  "blue boat",
  "stone bridge",
  "north tower",
  "green gate",
  "long barn",
  "white chapel",
] as const;

export const MOST_KEYS: number = OWNERS.length;

const PLACE = "\u0001";

/** A prompt that hides a number, and the number. */
export interface PasskeyPrompt {
  /** Prompt, the beginning of its answer and the number: [context + answer tokens]. */
  readonly tokens: readonly number[];
  /** Where the question begins. */
  readonly questionStart: number;
  /** Where the number begins: `context` tokens come before it. */
  readonly answerStart: number;
  /** Share of the haystack before the key that is asked for, in [0, 1]. */
  readonly depth: number;
  /** Keys hidden. */
  readonly keys: number;
}

export interface PasskeyRequest {
  /** Tokens of the prompt up to the number. */
  readonly context: number;
  /** Wanted depth of the key in [0, 1]; it goes to the nearest beginning of a paragraph. */
  readonly depth: number;
  /** Keys to hide, 1 to MOST_KEYS, each of something else; the others lie anywhere. Default 1, of nothing. */
  readonly keys?: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** A key and the words that go with it. */
interface HiddenKey {
  readonly value: string;
  /** "The pass key is", "The pass key of the old mill is". */
  readonly opening: string;
  readonly question: string;
}

/** Keys with different owners, that which is asked for first. */
function drawKeys(count: number, random: () => number): HiddenKey[] {
  const first = Math.floor(random() * OWNERS.length);
  return Array.from({ length: count }, (_, i) => {
    const value = String(10_000 + Math.floor(random() * 90_000));
    const owner = OWNERS[(first + i) % OWNERS.length]!;
    const key = count === 1 ? "pass key" : `pass key of the ${owner}`;
    return { value, opening: `The ${key} is`, question: `What is the ${key}?` };
  });
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
  { opening: words, value }: HiddenKey,
): { opening: number[]; number: number[] } {
  const plain = { addSpecialTokens: false };
  const opening = tokenizer.encode(words, plain);
  const whole = tokenizer.encode(`${words} ${value}`, plain);
  return { opening, number: whole.slice(opening.length) };
}

/** The beginning of a paragraph that is nearest to a depth. */
function spotAt({ tokens, paragraphStarts }: Haystack, depth: number): number {
  const wanted = depth * tokens.length;
  return paragraphStarts.reduce((best, start) =>
    Math.abs(start - wanted) < Math.abs(best - wanted) ? start : best,
  );
}

/** The haystack with each needle at the beginning of a paragraph. */
function hide({ tokens }: Haystack, needles: readonly Needle[]): number[] {
  const ascending = needles.toSorted((a, b) => a.spot - b.spot);
  const spots = [0, ...ascending.map(({ spot }) => spot), tokens.length];
  return spots
    .slice(1)
    .flatMap((end, i) => [...tokens.slice(spots[i], end), ...(ascending[i]?.tokens ?? [])]);
}

interface Needle {
  readonly tokens: readonly number[];
  readonly spot: number;
}

/**
 * A passkey prompt in the form of the model's chat template: prose with one sentence that gives a number of five
 * digits, a question for it, and the beginning of the answer.
 * @throws BenchError when the text or the context is too short.
 */
export function passkeyPrompt(
  model: Pick<Model, "tokenizer" | "applyChatTemplate">,
  paragraphs: readonly (readonly number[])[],
  { context, depth, random, keys = 1 }: PasskeyRequest,
): PasskeyPrompt {
  const { tokenizer } = model;
  const plain = { addSpecialTokens: false };
  const hidden = drawKeys(keys, random);
  const asked = hidden[0]!;
  const [before, after] = frame(model);
  const head = tokenizer.encode(before);
  const question = tokenizer.encode(asked.question + after, plain);
  const needles = hidden.map(({ opening, value }) =>
    tokenizer.encode(`${opening} ${value}. Remember it.\n\n`, plain),
  );
  const { opening, number } = answerTokens(tokenizer, asked);
  const room = context - head.length - needles.flat().length - question.length - opening.length;
  const haystack = room > 0 ? cutHaystack(paragraphs, room, random) : undefined;
  if (haystack === undefined) {
    throw new BenchError(
      `pass keys: expected a text of more than ${context} tokens and a context that holds the question, got a context of ${context}; give a longer text or another --context`,
    );
  }
  const spots = needles.map((_, i) => spotAt(haystack, i === 0 ? depth : random()));
  const document = hide(
    haystack,
    needles.map((tokens, i) => ({ tokens, spot: spots[i]! })),
  );
  const questionStart = head.length + document.length;
  const tokens = [...head, ...document, ...question, ...opening, ...number];
  const found = spots[0]! / haystack.tokens.length;
  return { tokens, questionStart, answerStart: context, depth: found, keys };
}
