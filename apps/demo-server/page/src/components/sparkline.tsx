import type { Run } from "../run/run.ts";

const WIDTH = 120;
const HEIGHT = 18;
/** Steps drawn at most: the latest ones. */
const STEPS = 120;

/** Tokens per second over the latest steps, as a thin line. */
export function Sparkline({ run }: { readonly run: Run | undefined }) {
  const rates = run?.columns.tokensPerSecond.slice(-STEPS) ?? [];
  const highest = Math.max(1, ...rates) * 1.1;
  const points = rates.map((rate, i) => {
    const x = (i / Math.max(1, rates.length - 1)) * WIDTH;
    return `${x.toFixed(1)},${(HEIGHT - (rate / highest) * HEIGHT).toFixed(1)}`;
  });
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polyline points={points.join(" ")} />
    </svg>
  );
}
