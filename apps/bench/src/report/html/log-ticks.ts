/** Where a logarithmic axis is labelled: powers of ten, with twos and fives between where they are few. */
export function logTicks(values: Iterable<number>): number[] {
  const list = [...values].filter((value) => value > 0);
  const [low, high] = [Math.min(...list), Math.max(...list)];
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const steps = to - from > 2 ? [1] : [1, 2, 5];
  const ticks = Array.from({ length: to - from + 1 }, (_, i) =>
    steps.map((step) => step * 10 ** (from + i)),
  ).flat();
  const [first, last] = [ticks.findLast((tick) => tick <= low), ticks.find((tick) => tick >= high)];
  return ticks.filter((tick) => tick >= (first ?? low) && tick <= (last ?? high));
}

/** A label of such an axis: 0.001, 1e-4, 1,000. */
export function logLabel(value: number): string {
  const power = Math.floor(Math.log10(value) + 1e-9);
  if (power < -3) return value.toExponential(0);
  return power < 0 ? String(Number(value.toPrecision(1))) : value.toLocaleString("en-US");
}

/** A logarithmic axis that begins and ends at a label. */
export function logScale(values: Iterable<number>): {
  readonly type: "log";
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  readonly tickFormat: (value: number) => string;
} {
  const ticks = logTicks(values);
  return { type: "log", domain: [ticks[0]!, ticks.at(-1)!], ticks, tickFormat: logLabel };
}
