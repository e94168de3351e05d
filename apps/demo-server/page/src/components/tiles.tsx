import type { ComponentChildren } from "preact";
import { formatBytes, formatPercent, formatRate } from "../format/format-number.ts";
import { inspectedStep, shownRun } from "../page-state.ts";
import type { Run } from "../run/run.ts";
import { isRunning } from "../run/run-status.ts";
import { summariseRun } from "../run/run-summary.ts";
import { Sparkline } from "./sparkline.tsx";

/** The four numbers that matter, at the shown step and over the run. */
export function Tiles() {
  const run = shownRun.value;
  run?.frame.value;
  const step = run?.steps[inspectedStep.value ?? run.steps.length - 1];
  const skipped = run?.totals.valueBytesSkipped ?? 0;
  const all = (run?.totals.valueBytesRead ?? 0) + skipped;
  const hasSteps = run !== undefined && run.steps.length > 0;
  return (
    <section class="tiles" aria-label="Key figures">
      <Tile name="Tokens per second" value={formatRate(speed(run))}>
        <Sparkline run={run} />
      </Tile>
      <Tile name="Value rows read" value={formatPercent(step?.union)}>
        {formatPercent(step?.kept)} per head
      </Tile>
      <Tile name="Value bytes skipped" value={hasSteps ? formatBytes(skipped) : "–"}>
        {hasSteps ? `${formatPercent(skipped / all)} of ${formatBytes(all)}` : "over the run"}
      </Tile>
      <Tile name="Dropped mass" value={formatPercent(step?.droppedMass)}>
        worst head {formatPercent(step?.droppedMassMax)}
      </Tile>
    </section>
  );
}

function speed(run: Run | undefined): number | undefined {
  if (!run) return undefined;
  return isRunning(run.status.value)
    ? run.columns.tokensPerSecond.at(-1)
    : summariseRun(run).tokensPerSecond;
}

interface TileProps {
  readonly name: string;
  readonly value: string;
  readonly children: ComponentChildren;
}

function Tile({ name, value, children }: TileProps) {
  const [, number = value, unit = ""] = /^(.*)\u00a0(\D+)$/.exec(value) ?? [];
  return (
    <div class="tile">
      <h2 class="tile-name">{name}</h2>
      <p class="tile-value">
        {number}
        {unit !== "" && <span class="tile-unit">{`\u00a0${unit}`}</span>}
      </p>
      <div class="tile-note">{children}</div>
    </div>
  );
}
