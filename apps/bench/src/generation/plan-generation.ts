import { BenchError } from "../bench-error.ts";
import type { CalibrationPart } from "../quality/calibrate-variants.ts";
import type { BenchText, QualityInput } from "../quality/quality-input.ts";
import { textWindows } from "../text/text-windows.ts";

/** How a generation draws its tokens. */
export interface Drawing {
  /** 0 is greedy. */
  readonly temperature: number;
  readonly seed: number;
}

/** A prompt that is gone on with. */
export interface GenerationTask {
  readonly text: string;
  readonly prompt: readonly number[];
  /** Tokens to write. */
  readonly tokens: number;
  readonly drawings: readonly Drawing[];
  readonly calibration: CalibrationPart;
  readonly label: string;
}

/**
 * One prompt from the middle of each text, gone on with for each length, greedily and with each seed.
 * @throws BenchError for a text or a length that does not do.
 */
export function planGenerations(input: QualityInput): GenerationTask[] {
  const { suites, generate } = input.settings;
  if (!suites.includes("generation")) return [];
  return input.texts.flatMap((text) =>
    generate.map((tokens) => generationTask(input, text, tokens)),
  );
}

function generationTask(
  { model, settings }: QualityInput,
  text: BenchText,
  tokens: number,
): GenerationTask {
  const { promptTokens, seeds, seed, temperature } = settings;
  const length = promptTokens + tokens;
  const longest = model.config.contextLength;
  if (length > longest) {
    throw new BenchError(
      `--generate: expected at most ${longest - promptTokens} tokens after a prompt of ${promptTokens} on this model, got ${tokens}`,
    );
  }
  const front = model.tokenizer.encode("");
  const encoded = model.tokenizer.encode(text.content, { addSpecialTokens: false });
  const skip = Math.min(length, Math.floor(encoded.length / 2));
  const name = text.name;
  const [window] = textWindows(encoded, { name, length: promptTokens, count: 1, front, skip });
  const drawn = Array.from({ length: seeds }, (_, i) => ({ temperature, seed: seed + i }));
  const calibrated = [...front, ...encoded.slice(0, skip)].slice(0, length);
  return {
    text: name,
    prompt: window!.tokens,
    tokens,
    drawings: [{ temperature: 0, seed }, ...drawn],
    calibration: {
      tokens: calibrated,
      range: {
        firstPosition: Math.min(promptTokens, calibrated.length >> 1),
        endPosition: calibrated.length - 1,
      },
      label: `${name}, ${tokens} tokens written`,
    },
    label: `${name}, ${tokens} tokens written`,
  };
}
