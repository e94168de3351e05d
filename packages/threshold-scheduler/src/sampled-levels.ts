/**
 * Levels at which a sampled row of a prompt tells the quantiles of its weights, ascending. With straight lines between
 * them in (ln weight, logit level) they stand for the whole distribution of a head's weights in that row.
 */
export const SAMPLED_LEVELS: readonly number[] = [1 / 4, 1 / 2, 3 / 4, 7 / 8, 15 / 16, 31 / 32];

/** Sampled context lengths of an octave; a law needs them spread evenly in ln N. */
const PER_OCTAVE = 8;
/** The first sampled context length: shorter rows have too few keys for quantiles at the outer levels. */
const FIRST_SAMPLED = 32;

/** Whether the row that sees so many keys is one of the sampled: 41 of the first 1,024 rows, 57 of 4,096. */
export function isSampledLength(contextLength: number): boolean {
  if (contextLength < FIRST_SAMPLED) return false;
  const nearest = Math.round(PER_OCTAVE * Math.log2(contextLength / FIRST_SAMPLED));
  return Math.round(FIRST_SAMPLED * 2 ** (nearest / PER_OCTAVE)) === contextLength;
}

/** ln(p / (1 − p)). */
export function logit(p: number): number {
  return Math.log(p / (1 - p));
}

const levelLogits = SAMPLED_LEVELS.map(logit);

/** ln of the quantile at any level in (0, 1), from those at the sampled levels: straight lines, the outer ones go on. */
export function logQuantileAt(level: number, logQuantiles: ArrayLike<number>): number {
  const at = logit(level);
  const last = SAMPLED_LEVELS.length - 2;
  let segment = levelLogits.findIndex((next, i) => i > 0 && at <= next) - 1;
  if (segment < 0) segment = at <= levelLogits[0]! ? 0 : last;
  const low = logQuantiles[segment]!;
  const share = (at - levelLogits[segment]!) / (levelLogits[segment + 1]! - levelLogits[segment]!);
  return low + share * (logQuantiles[segment + 1]! - low);
}

/** Slope of logit level over ln weight where two quantiles are equal, so that a threshold between them is a step. */
const STEEP = 1e6;

function slopeOf(logQuantiles: ArrayLike<number>, from: number, segment: number): number {
  const width = logQuantiles[from + segment + 1]! - logQuantiles[from + segment]!;
  const rise = levelLogits[segment + 1]! - levelLogits[segment]!;
  return width > rise / STEEP ? rise / width : STEEP;
}

/**
 * Fraction of the keys whose weight reaches a threshold, in (0, 1).
 *
 * @param logQuantiles at the sampled levels, ascending; those of one head begin at `from`
 */
export function keptAt(
  logThreshold: number,
  logQuantiles: ArrayLike<number>,
  from: number,
): number {
  let segment = 0;
  while (segment < levelLogits.length - 2 && logThreshold > logQuantiles[from + segment + 1]!)
    segment++;
  const slope = slopeOf(logQuantiles, from, segment);
  const dropped = levelLogits[segment]! + slope * (logThreshold - logQuantiles[from + segment]!);
  return 1 / (1 + Math.exp(dropped));
}

/** Steps of the bisection: a width of 80 in ln θ comes down to 1e-7. */
const HALVINGS = 30;

/**
 * ln θ at which heads keep `kept` of their keys on average.
 *
 * @param logQuantiles one row's, of each head at the sampled levels: [heads, levels]
 * @param heads indices into it, at least one
 */
export function commonLogThreshold(
  kept: number,
  logQuantiles: ArrayLike<number>,
  heads: ArrayLike<number>,
): number {
  let low = -90;
  let high = 0;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    let sum = 0;
    for (let at = 0; at < heads.length; at++) {
      sum += keptAt(middle, logQuantiles, heads[at]! * SAMPLED_LEVELS.length);
    }
    if (sum > kept * heads.length) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
