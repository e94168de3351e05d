import { BenchError } from "../bench-error.ts";
import { seededUniform } from "../passkey/seeded-uniform.ts";
import type { CalibrationPart } from "../quality/calibrate-variants.ts";
import type { QualityInput } from "../quality/quality-input.ts";
import { windowProtocol } from "../quality/window-protocol.ts";

/** Two documents joined. */
export interface ShiftTask {
  readonly texts: readonly [string, string];
  readonly tokens: readonly number[];
  /** Position of the first token of the second document. */
  readonly seam: number;
  readonly label: string;
}

export interface ShiftTasks {
  readonly calibration: CalibrationPart;
  readonly pairs: readonly ShiftTask[];
}

/** Rows after the seam that the measure looks at, and before it. */
const LEAST_ROWS = 128;

/**
 * Pairs of pieces of different texts, drawn with the seed; of the same text where there is only one.
 * @throws BenchError for texts or a length that do not do.
 */
export function planShift({ model, texts, settings }: QualityInput): ShiftTasks | undefined {
  const { suites, pairs, pairTokens, seed, warmup } = settings;
  if (!suites.includes("shift") || pairs === 0) return undefined;
  const front = model.tokenizer.encode("");
  const length = front.length + 2 * pairTokens;
  expectLength(length, { pairTokens, warmup, longest: model.config.contextLength });
  const encoded = texts.map(({ name, content }) => {
    const tokens = model.tokenizer.encode(content, { addSpecialTokens: false });
    if (tokens.length >= 4 * pairTokens) return { name, tokens };
    throw new BenchError(
      `${name}: expected at least ${4 * pairTokens} tokens to take pieces of ${pairTokens} from, got ${tokens.length}; give a longer text or a smaller --pair-tokens`,
    );
  });
  const { reportFrom } = windowProtocol(length, warmup);
  const random = seededUniform(`${seed}/shift`);
  const piece = (of: (typeof encoded)[number]): readonly number[] => {
    const start = 2 * pairTokens + Math.floor(random() * (of.tokens.length - 3 * pairTokens));
    return of.tokens.slice(start, start + pairTokens);
  };
  return {
    calibration: {
      tokens: [...front, ...encoded[0]!.tokens.slice(0, 2 * pairTokens)],
      range: { firstPosition: reportFrom, endPosition: length - 1 },
      label: "joined documents",
    },
    pairs: Array.from({ length: pairs }, (_, i) => {
      const first = encoded[i % encoded.length]!;
      const step =
        encoded.length > 1 ? 1 + (Math.floor(i / encoded.length) % (encoded.length - 1)) : 0;
      const second = encoded[(i + step) % encoded.length]!;
      return {
        texts: [first.name, second.name],
        tokens: [...front, ...piece(first), ...piece(second)],
        seam: front.length + pairTokens,
        label: `pair ${i + 1} of ${pairs}`,
      };
    }),
  };
}

function expectLength(
  length: number,
  { pairTokens, warmup, longest }: { pairTokens: number; warmup: number; longest: number },
): void {
  const { reportFrom } = windowProtocol(length, warmup);
  const isLongEnough = pairTokens >= LEAST_ROWS && reportFrom + LEAST_ROWS / 2 <= pairTokens;
  if (isLongEnough && length <= longest) return;
  throw new BenchError(
    `--pair-tokens: expected pieces of at least ${LEAST_ROWS} tokens that leave ${LEAST_ROWS / 2} rows after a warmup of ${warmup}, two of them within ${longest} tokens; got ${pairTokens}`,
  );
}
