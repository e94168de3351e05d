/**
 * Places for the ticks of a logarithmic axis from 10^low to 10^high, as powers of ten: decades where the axis is long,
 * 1-2-5 or evenly spaced round numbers where it is short. At most `most` of them.
 */
export function logTicks(low: number, high: number, most: number): number[] {
  const candidates = [
    () => evenTicks(10 ** low, 10 ** high, most),
    () => decadeTicks(low, high, [1, 2, 5]),
    () => decadeTicks(low, high, [1, 3]),
    () => decadeTicks(low, high, [1]),
  ];
  const isShort = high - low < Math.log10(8);
  const fitting = (isShort ? candidates : candidates.slice(1)).map((make) => make());
  const best = fitting.find((ticks) => ticks.length >= 2 && ticks.length <= most);
  return spread(best ?? fitting.at(-1) ?? [], (high - low) / (most + 2));
}

function evenTicks(low: number, high: number, most: number): number[] {
  const rough = (high - low) / most;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((unit) => unit * decade).find((unit) => unit >= rough) ?? rough;
  const ticks: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high * (1 + 1e-12); k++) {
    ticks.push(Math.log10(k * step));
  }
  return ticks;
}

function decadeTicks(low: number, high: number, units: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let decade = Math.floor(low); decade <= Math.ceil(high); decade++) {
    for (const unit of units) ticks.push(decade + Math.log10(unit));
  }
  return ticks.filter((tick) => tick >= low - 1e-9 && tick <= high + 1e-9);
}

/** Leaves out ticks that stand nearer than `gap` to the one before. */
function spread(ticks: readonly number[], gap: number): number[] {
  const kept: number[] = [];
  for (const tick of ticks) {
    const last = kept.at(-1);
    if (last === undefined || tick - last >= gap) kept.push(tick);
  }
  return kept;
}
