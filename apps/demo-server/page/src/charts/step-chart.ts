import type uPlot from "uplot";
import type { PlotOptions } from "../components/plot.tsx";
import { inspectedStep, shownRun } from "../page-state.ts";
import { isRunning } from "../run/run-status.ts";
import { createAxis } from "./chart-axes.ts";
import type { ColourProbe } from "./colour-probe.ts";

interface StepChart {
  readonly probe: ColourProbe;
  readonly series: readonly uPlot.Series[];
  /** Upper end of the vertical axis for the largest value shown. */
  readonly ceiling: (largest: number) => number;
  readonly format: (value: number) => string;
}

/** Options of a chart over the steps of a run: the warmup is shaded, the inspected step is marked and can be picked. */
export function stepChartOptions({ probe, series, ceiling, format }: StepChart): PlotOptions {
  return {
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { drag: { x: false, y: false }, x: false, y: false, points: { show: false } },
    scales: {
      x: { time: false, range: () => [1, plannedSteps()] },
      y: { range: (_plot, _low, high) => [0, ceiling(high ?? 0)] },
    },
    axes: [
      createAxis(probe, {
        space: 56,
        label: "step",
        values: (_plot, splits) => splits.map(wholeStep),
      }),
      createAxis(probe, {
        side: 3,
        space: 26,
        values: (_plot, splits) => splits.map((value) => format(value)),
      }),
    ],
    series: [{}, ...series],
    hooks: {
      drawClear: [(plot) => shadeWarmup(plot, probe)],
      draw: [(plot) => markInspected(plot, probe)],
      setCursor: [createStepPicker()],
    },
  };
}

/** Steps that the axis spans: the planned ones while a run goes on, so that the chart does not rescale under the eye. */
function plannedSteps(): number {
  const run = shownRun.peek();
  if (!run) return 240;
  const written = run.steps.length;
  return Math.max(8, isRunning(run.status.peek()) ? run.plannedSteps : written);
}

function wholeStep(value: number): string {
  return Number.isInteger(value) ? String(value) : "";
}

function shadeWarmup(plot: uPlot, probe: ColourProbe): void {
  const run = shownRun.peek();
  const last = run?.steps[run.totals.warmupSteps - 1]?.event.step;
  if (last === undefined) return;
  const left = plot.valToPos(1, "x", true);
  const right = Math.min(plot.valToPos(last + 0.5, "x", true), plot.bbox.left + plot.bbox.width);
  plot.ctx.fillStyle = probe.read("warmup-soft");
  plot.ctx.fillRect(left, plot.bbox.top, right - left, plot.bbox.height);
  const inset = 5 * devicePixelRatio;
  plot.ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  plot.ctx.textAlign = "left";
  plot.ctx.textBaseline = "top";
  if (plot.ctx.measureText("warmup").width + 2 * inset > right - left) return;
  plot.ctx.fillStyle = probe.read("warmup");
  plot.ctx.fillText("warmup", left + inset, plot.bbox.top + inset);
}

function markInspected(plot: uPlot, probe: ColourProbe): void {
  const run = shownRun.peek();
  const step = run?.steps[inspectedStep.peek() ?? -1]?.event.step;
  if (step === undefined) return;
  const x = Math.round(plot.valToPos(step, "x", true));
  plot.ctx.fillStyle = probe.read("ink");
  plot.ctx.fillRect(x, plot.bbox.top, Math.max(1, devicePixelRatio), plot.bbox.height);
}

/** The pointer on a chart inspects the step below it, until it leaves. */
function createStepPicker(): (plot: uPlot) => void {
  let isPicking = false;
  return ({ cursor: { left = -1, idx }, data }) => {
    if (left >= 0 && typeof idx === "number" && data[0].length > 0) {
      isPicking = true;
      inspectedStep.value = idx;
    } else if (isPicking) {
      isPicking = false;
      inspectedStep.value = undefined;
    }
  };
}
