import { BenchError } from "../bench-error.ts";
import { encodeParagraphs } from "../passkey/haystack.ts";
import { passkeyPrompt } from "../passkey/passkey-prompt.ts";
import { seededUniform } from "../passkey/seeded-uniform.ts";
import { textWindows } from "../text/text-windows.ts";
import type { CalibrationPart } from "./calibrate-variants.ts";
import type { PasskeyTask } from "./measure-passkey.ts";
import type { WindowTask } from "./measure-window.ts";
import type { BenchText, QualityInput } from "./quality-input.ts";
import { shortestContext, windowProtocol } from "./window-protocol.ts";

/** What is to be measured at one context length of one text. */
export interface ContextTasks {
  readonly text: string;
  readonly context: number;
  readonly calibration: CalibrationPart;
  readonly windows: readonly WindowTask[];
  readonly passkeys: readonly PasskeyTask[];
  readonly needles: readonly PasskeyTask[];
}

const CONTEXT_SUITES = ["windows", "passkeys", "needles"] as const;

/** Every window and pass key of a run; nothing is computed yet. @throws BenchError for a text or context that does not do. */
export function planTasks(input: QualityInput): ContextTasks[] {
  const { contexts, suites } = input.settings;
  if (!CONTEXT_SUITES.some((suite) => suites.includes(suite))) return [];
  for (const context of contexts) expectContext(input, context);
  return input.texts.flatMap((text) =>
    contexts.map((context) => contextTasks(input, text, context)),
  );
}

function contextTasks(input: QualityInput, text: BenchText, context: number): ContextTasks {
  const { suites, needleKeys } = input.settings;
  return {
    text: text.name,
    context,
    calibration: contextCalibration(input, text, context),
    windows: suites.includes("windows") ? windowTasks(input, text, context) : [],
    passkeys: suites.includes("passkeys") ? passkeyTasks(input, text, context, 1) : [],
    needles: suites.includes("needles") ? passkeyTasks(input, text, context, needleKeys) : [],
  };
}

function expectContext({ model, settings }: QualityInput, context: number): void {
  const shortest = shortestContext(settings.warmup);
  const longest = model.config.contextLength - ANSWER_ROOM;
  if (context > longest || context < shortest) {
    throw new BenchError(
      `--context: expected ${shortest} to ${longest} tokens with a warmup of ${settings.warmup} on this model, got ${context}`,
    );
  }
}

/** Tokens that the number of a pass key may take past the context. */
export const ANSWER_ROOM = 12;

/** The beginning of the text: no window of this context length touches it. */
function contextCalibration(
  { model, settings }: QualityInput,
  text: BenchText,
  context: number,
): CalibrationPart {
  const { tokenizer } = model;
  const front = tokenizer.encode("");
  const text0 = tokenizer.encode(text.content, { addSpecialTokens: false });
  const { reportFrom } = windowProtocol(context, settings.warmup);
  return {
    tokens: [...front, ...text0.slice(0, context - front.length)],
    range: { firstPosition: reportFrom, endPosition: context - 1 },
    label: `${text.name}, ${context} tokens`,
  };
}

function windowTasks(
  { model, settings }: QualityInput,
  text: BenchText,
  context: number,
): WindowTask[] {
  const { tokenizer } = model;
  const tokens = tokenizer.encode(text.content, { addSpecialTokens: false });
  const front = tokenizer.encode("");
  const skip = context - front.length;
  const options = { name: text.name, length: context, count: settings.windows, front, skip };
  return textWindows(tokens, options).map((window, i, { length }) => ({
    window,
    label: `${text.name}, ${context} tokens, window ${i + 1} of ${length}`,
  }));
}

function passkeyTasks(
  { model, settings }: QualityInput,
  text: BenchText,
  context: number,
  keys: number,
): PasskeyTask[] {
  const { passkeySamples, seeds, seed: firstSeed } = settings;
  const paragraphs = encodeParagraphs(model.tokenizer, text.content);
  const kind = keys === 1 ? "pass key" : `${keys} keys`;
  return Array.from({ length: passkeySamples * seeds }, (_, at) => {
    const i = at % passkeySamples;
    const seed = firstSeed + Math.floor(at / passkeySamples);
    const random = seededUniform(`${seed}/${context}/${i}`);
    const depth = (i + 0.5) / passkeySamples;
    return {
      prompt: passkeyPrompt(model, paragraphs, { context, depth, random, keys }),
      seed,
      label: `${text.name}, ${context} tokens, ${kind}, prompt ${at + 1} of ${passkeySamples * seeds}`,
    };
  });
}
