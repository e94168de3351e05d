/** Tokens a second: under full attention, sifting, and while a sift warms up. All above 0. */
export interface AnswerSpeeds {
  readonly full: number;
  readonly sift: number;
  readonly warmup: number;
}

/** Seconds that an answer of so many tokens takes when its first `warmup` tokens run at the warmup's speed. */
export function siftedSeconds(tokens: number, warmup: number, speeds: AnswerSpeeds): number {
  const warm = Math.min(tokens, warmup);
  return warm / speeds.warmup + (tokens - warm) / speeds.sift;
}

/**
 * The shortest answer that sifting writes no slower than full attention, its warmup included, in tokens.
 * 0 where it never loses, null where it never wins.
 *
 * n/F = w/W + (n − w)/S, so n = w · (1/W − 1/S) / (1/F − 1/S).
 */
export function breakEvenTokens(
  warmup: number,
  { full, sift, warmup: warm }: AnswerSpeeds,
): number | null {
  const isFreeWarmup = warmup === 0 || warm >= full;
  if (sift < full) return null;
  if (isFreeWarmup) return 0;
  if (sift === full) return null;
  return Math.ceil((warmup * (1 / warm - 1 / sift)) / (1 / full - 1 / sift));
}

/** Price of a million tokens at so many tokens a second. @param perHour Of the machine. */
export function pricePerMillion(perHour: number, tokensPerSecond: number): number {
  return (perHour / 3600 / tokensPerSecond) * 1e6;
}
