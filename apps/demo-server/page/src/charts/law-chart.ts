import type uPlot from "uplot";
import type { PlotOptions } from "../components/plot.tsx";
import { formatCount, formatWeight } from "../format/format-number.ts";
import { evaluateLaw } from "../run/head-series.ts";
import type { Run } from "../run/run.ts";
import { isRunning } from "../run/run-status.ts";
import { createAxis } from "./chart-axes.ts";
import type { ColourProbe } from "./colour-probe.ts";
import { logTicks } from "./log-ticks.ts";

/** Range of an axis that has nothing to show yet, in powers of ten. */
const EMPTY_X: Range = [1.5, 2.5];
const EMPTY_Y: Range = [-4, -2];
type Range = [low: number, high: number];

/** Options of the log–log chart of one head's law. Both axes hold powers of ten. */
export function lawChartOptions(probe: ColourProbe): PlotOptions {
  return {
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 12, 0, 0],
    scales: {
      x: { time: false, range: (_plot, low, high) => padded(low, high, 0.02, EMPTY_X) },
      y: { range: (_plot, low, high) => padded(low, high, 0.08, EMPTY_Y) },
    },
    axes: [
      createAxis(probe, {
        splits: (plot, _axis, low, high) => logTicks(low, high, plot.bbox.width > 700 ? 8 : 5),
        label: "keys in the context",
        values: (_plot, splits) => splits.map((tick) => formatCount(10 ** tick)),
        grid: { show: true, stroke: () => probe.read("line"), width: 1 },
      }),
      createAxis(probe, {
        side: 3,
        label: "weight",
        splits: (_plot, _axis, low, high) => logTicks(low, high, 6),
        values: (_plot, splits) => splits.map((tick) => formatWeight(10 ** tick)),
      }),
    ],
    series: [
      {},
      {
        paths: () => null,
        points: { show: true, size: 5, width: 0, fill: () => probe.read("warmup") },
      },
      {
        stroke: () => probe.read("ink-soft"),
        width: 1.5,
        dash: [6, 4],
        spanGaps: true,
        points: { show: false },
      },
      { stroke: () => probe.read("kept"), width: 3, points: { show: false } },
    ],
  };
}

/** Columns of the chart: x, observed quantile, fitted law, threshold, each as a power of ten. */
export function lawChartData(run: Run | undefined, layer: number, head: number): uPlot.AlignedData {
  if (!run) return [[], [], [], []];
  const { x, observed, fitted, threshold, law } = run.headSeries(layer, head);
  const end = plannedEnd(run);
  const beyond = isRunning(run.status.peek()) && end > (x.at(-1) ?? 0) ? [end] : [];
  const pad = beyond.map(() => null);
  return [
    powersOfTen([...x, ...beyond]) as number[],
    powersOfTen([...observed, ...pad]),
    powersOfTen([...fitted, ...beyond.map((at) => (law ? evaluateLaw(law, at) : null))]),
    powersOfTen([...threshold, ...pad]),
  ];
}

/** Clock value of the last planned step. */
function plannedEnd(run: Run): number {
  if (run.clock === "generated-steps") return run.plannedSteps;
  return Math.min(run.info.contextLength, (run.prefill?.tokensTotal ?? 0) + run.plannedSteps);
}

function powersOfTen(values: readonly (number | null)[]): (number | null)[] {
  return values.map((value) => (value === null || value <= 0 ? null : Math.log10(value)));
}

function padded(low: number | null, high: number | null, part: number, empty: Range): Range {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high))
    return empty;
  const margin = Math.max((high - low) * part, 1e-3);
  return [low - margin, high + margin];
}
