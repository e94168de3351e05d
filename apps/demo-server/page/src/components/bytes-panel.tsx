import type uPlot from "uplot";
import type { ColourProbe } from "../charts/colour-probe.ts";
import { stepChartOptions } from "../charts/step-chart.ts";
import { steppedPaths } from "../charts/stepped-paths.ts";
import { formatBytes } from "../format/format-number.ts";
import { inspectedStep, shownRun } from "../page-state.ts";
import { Panel } from "./panel.tsx";
import { Plot, type PlotOptions } from "./plot.tsx";

/** Value bytes that each step read, against what full attention would have read. */
export function BytesPanel() {
  const run = shownRun.value;
  run?.frame.value;
  return (
    <Panel
      id="bytes"
      title="Value bytes per step"
      about="Every kept key costs the reading of one value row. The full height is what full attention reads; the pale part stayed unread."
    >
      <ul class="legend">
        <li class="legend-box" data-colour="kept">
          read <b id="bytes-read">{formatBytes(run?.totals.valueBytesRead ?? 0)}</b>
        </li>
        <li class="legend-box" data-colour="skipped">
          skipped <b id="bytes-skipped">{formatBytes(run?.totals.valueBytesSkipped ?? 0)}</b>
        </li>
      </ul>
      <Plot
        label="Value bytes read and skipped at each step"
        createOptions={createOptions}
        update={update}
      />
    </Panel>
  );
}

function createOptions(probe: ColourProbe): PlotOptions {
  return stepChartOptions({
    probe,
    ceiling: (largest) => Math.max(1, largest * 1.05),
    format: formatTick,
    series: [
      { paths: steppedPaths, fill: () => probe.read("skipped"), width: 0, points: { show: false } },
      { paths: steppedPaths, fill: () => probe.read("kept"), width: 0, points: { show: false } },
    ],
  });
}

/** Whole units; nothing on the bare axis of a run that has read no byte yet. */
function formatTick(bytes: number): string {
  if (bytes <= 1) return bytes === 0 ? "0" : "";
  return formatBytes(bytes).replace(/\.0+(?=\D)/, "");
}

function update(plot: uPlot): void {
  const run = shownRun.value;
  run?.chartFrame.value;
  run?.status.value;
  inspectedStep.value;
  const { step, bytesAll, bytesRead } = run?.columns ?? { step: [], bytesAll: [], bytesRead: [] };
  plot.setData([step, bytesAll, bytesRead]);
}
