/** A quantile τ and the union that it gives. */
export interface FittedQuantile {
  readonly quantile: number;
  readonly keptUnion: number;
}

const mostTries = 7;
const tolerance = 0.01;
const leastKept = 0.001;

/**
 * The quantile whose union is nearest to `target` of those tried: the nominal kept fraction is scaled until the union is
 * within 0.01, by secants in logarithms.
 * @param measure The union, in [0, 1], under a quantile in (0, 1).
 */
export async function fitQuantile(
  target: number,
  measure: (quantile: number) => Promise<number>,
): Promise<FittedQuantile> {
  const tried: FittedQuantile[] = [];
  let kept = target;
  for (let attempt = 0; attempt < mostTries; attempt++) {
    const quantile = 1 - kept;
    tried.push({ quantile, keptUnion: await measure(quantile) });
    if (Math.abs(tried.at(-1)!.keptUnion - target) <= tolerance) break;
    kept = Math.min(1 - leastKept, Math.max(leastKept, nextKept(tried, target)));
  }
  return tried.reduce((best, each) => (distance(each) < distance(best) ? each : best));

  function distance({ keptUnion }: FittedQuantile): number {
    return Math.abs(keptUnion - target);
  }
}

function nextKept(tried: readonly FittedQuantile[], target: number): number {
  const last = tried.at(-1)!;
  const kept = 1 - last.quantile;
  const slope = Math.min(3, Math.max(0.3, slopeOf(tried)));
  const union = Math.max(last.keptUnion, leastKept);
  return kept * (target / union) ** (1 / slope);
}

/** d ln union / d ln kept between the last two, 1 where there is one only. */
function slopeOf(tried: readonly FittedQuantile[]): number {
  const [a, b] = tried.slice(-2);
  if (!a || !b) return 1;
  const kept = Math.log((1 - b.quantile) / (1 - a.quantile));
  const union = Math.log(Math.max(b.keptUnion, leastKept) / Math.max(a.keptUnion, leastKept));
  return kept === 0 || !Number.isFinite(union / kept) ? 1 : union / kept;
}
