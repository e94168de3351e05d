import type uPlot from "uplot";
import type { ColourProbe } from "../charts/colour-probe.ts";
import { stepChartOptions } from "../charts/step-chart.ts";
import { formatPercent } from "../format/format-number.ts";
import { inspectedStep, shownRun } from "../page-state.ts";
import { Panel } from "./panel.tsx";
import { Plot, type PlotOptions } from "./plot.tsx";

/** Weight of the dropped keys at each step. */
export function DroppedMassPanel() {
  const run = shownRun.value;
  run?.frame.value;
  const step = run?.steps[inspectedStep.value ?? run.steps.length - 1];
  return (
    <Panel
      id="dropped-mass"
      title="Dropped mass per step"
      about="The share of a head's attention that fell on dropped keys. It bounds how far the head's output can be off: low is good."
    >
      <ul class="legend">
        <li class="legend-line" data-colour="loss">
          mean <b>{formatPercent(step?.droppedMass)}</b>
        </li>
        <li class="legend-box" data-colour="loss-soft">
          worst head <b>{formatPercent(step?.droppedMassMax)}</b>
        </li>
      </ul>
      <Plot
        label="Dropped mass at each step, mean and worst head"
        createOptions={createOptions}
        update={update}
      />
    </Panel>
  );
}

function createOptions(probe: ColourProbe): PlotOptions {
  const colour = (): string => probe.read("loss");
  return stepChartOptions({
    probe,
    ceiling: (largest) => Math.max(0.02, largest * 1.1),
    format: (value) => `${Number((value * 100).toPrecision(3))} %`,
    series: [
      { fill: () => probe.read("loss-soft"), width: 0, points: { show: false } },
      { stroke: colour, width: 1.75, points: { show: false } },
    ],
  });
}

function update(plot: uPlot): void {
  const run = shownRun.value;
  run?.chartFrame.value;
  run?.status.value;
  inspectedStep.value;
  const columns = run?.columns;
  plot.setData([columns?.step ?? [], columns?.droppedMassMax ?? [], columns?.droppedMass ?? []]);
}
