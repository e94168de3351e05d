/** What a law run measures. */
export interface LawSettings {
  /** τ, each in (0, 1): one pass under full attention and one sifted pass for each. */
  readonly quantiles: readonly number[];
  /** Tokens of each text, beginning-of-sequence tokens included; null: what text and model hold, at most 7,500. */
  readonly context: number | null;
  /** Rows that a law is fitted on, and rows that it is then held to. */
  readonly rows: number;
  /** Neighbouring rows that stand for a warmup. */
  readonly warmup: number;
  /** Share of further rows that the band should hold, in (0, 1). */
  readonly level: number;
  /** A law holds only when its R² on the rows that it was fitted on is at least this. */
  readonly leastRSquared: number;
  /** A law holds only when its mean log error on the rows held out is at most this: ln 1.25, a threshold 25 % off. */
  readonly mostLogBias: number;
}

export const LAW_SETTINGS: LawSettings = {
  quantiles: [0.5, 0.75, 0.875],
  context: null,
  rows: 64,
  warmup: 64,
  level: 0.9,
  leastRSquared: 0.5,
  mostLogBias: Math.log(1.25),
};

/** Tokens of a text when nothing else is asked for. */
export const LONGEST_DEFAULT_CONTEXT = 7500;

/** Share of the text that stands for a prompt: the clock of generated steps starts behind it. */
const PROMPT_SHARE = 1 / 8;

/** The first context length that a law is fitted on: below it a quantile is one of a few keys. */
const FIRST_CONTEXT = 32;

/** Context lengths at which the parts of a text begin and end. */
export interface LawParts {
  readonly first: number;
  /** Keys of the prompt. */
  readonly prompt: number;
  /** The last context length that laws are fitted on; what follows is held out. */
  readonly fitted: number;
  readonly last: number;
}

/** @param last Tokens of the text. */
export function lawParts(last: number): LawParts {
  return {
    first: FIRST_CONTEXT,
    prompt: Math.floor(last * PROMPT_SHARE),
    fitted: Math.floor(last / 2),
    last,
  };
}

/** The fewest tokens whose first half holds prompt and warmup, with as many rows behind it. */
export function shortestLawContext({ warmup, rows }: LawSettings): number {
  return Math.max(8 * FIRST_CONTEXT, Math.ceil((warmup + 2) / (1 / 2 - PROMPT_SHARE)), 2 * rows);
}
