import type uPlot from "uplot";
import type { ColourProbe } from "../charts/colour-probe.ts";
import { lawChartData, lawChartOptions } from "../charts/law-chart.ts";
import { formatWeight } from "../format/format-number.ts";
import { selectedHead, shownRun } from "../page-state.ts";
import type { HeadSeries } from "../run/head-series.ts";
import { Panel } from "./panel.tsx";
import { Plot, type PlotOptions } from "./plot.tsx";

/** Observed quantiles of the selected head, the power law fitted to them, and the threshold taken from it. */
export function LawPanel() {
  const run = shownRun.value;
  run?.frame.value;
  const { layer, head } = selectedHead.value;
  const series = run ? run.headSeries(layer, head) : undefined;
  const isSifted = run === undefined || run.settings.attention.kind === "sift";
  return (
    <Panel
      id="law"
      title="Power law"
      aside={
        <span class="tag">
          layer {layer + 1}, head {head + 1}
        </span>
      }
      about="Each dot is an observed quantile: the weight below which this head's lightest keys lie. The line through the dots, straight on logarithmic axes, predicts the threshold."
    >
      <ul class="legend">
        <li class="legend-dot" data-colour="warmup">
          observed
        </li>
        <li class="legend-dash" data-colour="ink">
          fitted law
        </li>
        <li class="legend-line" data-colour="kept">
          threshold
        </li>
      </ul>
      <div class="plot-box">
        <Plot
          label={`Observed quantiles, fitted law and threshold of layer ${layer + 1}, head ${head + 1}`}
          createOptions={createOptions}
          update={update}
        />
        {!isSifted && (
          <p class="plot-note">
            <span>
              Only sifted attention learns a law. Choose <b>Sift</b> to see one.
            </span>
          </p>
        )}
      </div>
      <p class="formula">
        {series && isSifted ? (
          <LawReading series={series} />
        ) : (
          <span class="formula-law">
            θ(x) = α · x<sup>−β</sup>
          </span>
        )}
      </p>
    </Panel>
  );
}

function LawReading({
  series: { law, observedCount, threshold },
}: {
  readonly series: HeadSeries;
}) {
  if (!law)
    return <>{observedCount === 0 ? "No observation yet" : `${observedCount} observed so far`}</>;
  const current = threshold.at(-1) ?? undefined;
  return (
    <>
      <span class="formula-law">
        θ(x) = {formatWeight(Math.exp(law.logScale))} · x<sup>−{law.exponent.toFixed(2)}</sup>
      </span>
      <span>R² {law.rSquared.toFixed(2).replace("-", "−")}</span>
      <span>now θ = {formatWeight(current)}</span>
    </>
  );
}

function createOptions(probe: ColourProbe): PlotOptions {
  return lawChartOptions(probe);
}

function update(plot: uPlot): void {
  const run = shownRun.value;
  run?.chartFrame.value;
  run?.status.value;
  const { layer, head } = selectedHead.value;
  plot.setData(lawChartData(run, layer, head));
}
