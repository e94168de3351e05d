import { z } from "zod";
import { BenchError } from "../bench-error.ts";

/** Tokens a second of one method in one case, and where it stands. */
export interface MeasuredSpeed {
  readonly model: string;
  /** Tokens in the cache when decoding begins. */
  readonly context: number;
  /** Sequences that decode together. */
  readonly batch: number;
  readonly method: string;
  /** Of all sequences together, above 0. */
  readonly tokensPerSecond: number;
  /** Share of value rows read, in [0, 1]; null where nobody said. */
  readonly keptUnion: number | null;
  /** "decode.json: rows[3]", or the option that gave it. */
  readonly source: string;
}

const row = z.looseObject({
  model: z.string(),
  context: z.number().int().positive(),
  batch: z.number().int().positive(),
  method: z.string(),
  tokensPerSecond: z.looseObject({ median: z.number().positive() }),
  keptUnion: z.number().min(0).max(1),
});

const file = z.looseObject({ rows: z.array(row).min(1) });

/** The medians of a record of `bench decode`. @throws BenchError that says which field is not as expected. */
export function measuredSpeeds(name: string, value: unknown): MeasuredSpeed[] {
  const parsed = file.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    const where = path.length > 0 ? path.join(".") : "the file";
    throw new BenchError(`cost: ${name}: expected the JSON of bench decode; ${where}: ${message}`);
  }
  return parsed.data.rows.map(
    ({ tokensPerSecond, model, context, batch, method, keptUnion }, i) => ({
      ...{ model, context, batch, method, keptUnion },
      tokensPerSecond: tokensPerSecond.median,
      source: `${name}: rows[${i}].tokensPerSecond.median`,
    }),
  );
}
