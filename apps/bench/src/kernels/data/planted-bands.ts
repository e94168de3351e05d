/**
 * Scores whose kept sets are known before the first kernel runs. Every key belongs to a band; the bands of the smallest
 * kept fraction score highest. Its score against each query head of its group is the band's level plus a jitter, so one
 * threshold between two levels keeps exactly the keys of the bands above, the same ones for each head of the group: kept
 * and union are both the wanted fraction.
 */
export interface PlantedBands {
  /** Kept fractions in (0, 1], ascending, the last 1. */
  readonly fractions: readonly number[];
  /** Keys in the bands up to this one: what a KV head keeps at `fractions[band]`. */
  readonly counts: readonly number[];
  /** Scaled score in the middle of each band, descending to 0. */
  readonly levels: readonly number[];
}

/** Between the levels of two bands. Small, so that each key weighs nearly as much as any other and a lost one shows. */
const LEVEL_GAP = 0.5;

/** Scores lie within ± this of their level: a quarter of the gap stays free on each side, where f16 keys round by 0.005. */
export const JITTER = 0.125;

/** Keys that `fraction` of a context are, at least 1. */
export function keptCount(fraction: number, context: number): number {
  return Math.max(1, Math.round(fraction * context));
}

/** Bands for these fractions of a context; 1 is always one of them. */
export function plantBands(fractions: readonly number[], context: number): PlantedBands {
  const ascending = [...new Set([...fractions, 1])].toSorted((a, b) => a - b);
  return {
    fractions: ascending,
    counts: ascending.map((fraction) => keptCount(fraction, context)),
    levels: ascending.map((_, band) => LEVEL_GAP * (ascending.length - 1 - band)),
  };
}

/**
 * ln Σ exp(score) over all keys, the jitter taken as evenly spread: E[e^u] = sinh(h)/h for u in [−h, h]. Off by less than
 * the jitter whatever the keys, by a hundredth of it from a thousand keys on.
 */
export function expectedLogSumExp({ counts, levels }: PlantedBands): number {
  const sum = counts.reduce((total, count, band) => {
    const keys = count - (counts[band - 1] ?? 0);
    return total + keys * Math.exp(levels[band]!);
  }, 0);
  return Math.log((sum * Math.sinh(JITTER)) / JITTER);
}

/**
 * ln θ, the threshold on weights halfway between the last band kept and the next one.
 * @param fraction One of the bands'; 1 gives −Infinity.
 * @param logSumExp Of the scores that the weights are taken from.
 */
export function logThreshold(bands: PlantedBands, fraction: number, logSumExp: number): number {
  const band = bands.fractions.indexOf(fraction);
  if (band < 0) throw new RangeError(`logThreshold: no band of ${fraction}`);
  if (band === bands.fractions.length - 1) return Number.NEGATIVE_INFINITY;
  return bands.levels[band]! - LEVEL_GAP / 2 - logSumExp;
}
