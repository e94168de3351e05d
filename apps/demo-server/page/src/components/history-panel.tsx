import { formatBytes, formatCount, formatPercent, formatRate } from "../format/format-number.ts";
import { inspectedStep, runs, shownRun } from "../page-state.ts";
import { compareText, isSameTask } from "../run/compare-text.ts";
import type { Run } from "../run/run.ts";
import { isRunning, type RunStatus } from "../run/run-status.ts";
import { summariseRun } from "../run/run-summary.ts";
import { methodDetail, methodName } from "../settings/method-label.ts";
import { Panel } from "./panel.tsx";

/** One row a run, so that methods can be compared; a row brings its run back into the panels. */
export function HistoryPanel() {
  const rows = runs.value.filter(({ status }) => status.value.kind !== "failed").toReversed();
  return (
    <Panel
      id="history"
      title="Runs"
      aside={
        rows.length > 0 && (
          <button type="button" class="button quiet small" onClick={clearRuns}>
            Clear
          </button>
        )
      }
      about="Run one prompt under several methods and compare. Kept and dropped mass leave the warmup out; bytes and speed are of the whole run."
    >
      {rows.length === 0 ? (
        <p class="empty">
          No runs yet. <b>Compare all three</b> fills this table with full, top-k and sift.
        </p>
      ) : (
        <RunTable rows={rows} />
      )}
    </Panel>
  );
}

function clearRuns(): void {
  const goesOn = runs.value.filter(({ status }) => isRunning(status.value));
  runs.value = goesOn;
  if (!goesOn.includes(shownRun.value as Run)) shownRun.value = undefined;
}

function RunTable({ rows }: { readonly rows: readonly Run[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on narrow screens, also by keyboard.
    <section class="table-box" tabIndex={0} aria-label="Table of runs">
      <table class="runs">
        <thead>
          <tr>
            <th scope="col">Method</th>
            <th scope="col" class="number">
              Tokens
            </th>
            <th scope="col" class="number">
              Tokens/s
            </th>
            <th scope="col" class="number">
              Kept per head
            </th>
            <th scope="col" class="number">
              Union kept
            </th>
            <th scope="col" class="number">
              Dropped mass
            </th>
            <th scope="col">Value bytes read</th>
            <th scope="col">Text against full</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((run) => (
            <RunRow key={run.id} run={run} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function RunRow({ run }: { readonly run: Run }) {
  run.chartFrame.value;
  const { attention, prompt } = run.settings;
  const summary = summariseRun(run);
  const isShown = shownRun.value === run;
  return (
    <tr aria-current={isShown ? "true" : undefined}>
      <th scope="row">
        <button
          type="button"
          class="run-name"
          title={prompt.slice(0, 200)}
          onClick={() => show(run)}
        >
          <span class={`method-dot method-${attention.kind}`} aria-hidden="true" />
          <span>
            <b>{methodName(attention)}</b>
            <small>{methodDetail(attention)}</small>
            {run.place === "browser" && <small>in this browser</small>}
          </span>
        </button>
      </th>
      <td class="number">
        {formatCount(summary.tokens)}
        <small>{endWord(run.status.value)}</small>
      </td>
      <td class="number">{formatRate(summary.tokensPerSecond)}</td>
      <td class="number">{formatPercent(summary.kept)}</td>
      <td class="number">{formatPercent(summary.union)}</td>
      <td class="number">
        {formatPercent(summary.droppedMass)}
        <small>most {formatPercent(summary.droppedMassMax)}</small>
      </td>
      <td>
        <BytesBar read={summary.valueBytesRead} skipped={summary.valueBytesSkipped} />
      </td>
      <td>{againstFull(run)}</td>
    </tr>
  );
}

function BytesBar({ read, skipped }: { readonly read: number; readonly skipped: number }) {
  const part = read + skipped === 0 ? 0 : read / (read + skipped);
  return (
    <div class="bytes-bar">
      <span class="bytes-bar-track" aria-hidden="true">
        <span style={{ "--part": part.toFixed(4) }} />
      </span>
      <span>
        {formatBytes(read)}
        <small>{skipped === 0 ? "nothing skipped" : `${formatPercent(1 - part)} skipped`}</small>
      </span>
    </div>
  );
}

function show(run: Run): void {
  inspectedStep.value = undefined;
  shownRun.value = run;
}

function endWord(status: RunStatus): string {
  if (isRunning(status)) return "running";
  if (status.kind === "stopped") return "stopped";
  if (status.kind !== "finished") return "failed";
  return { stop: "ended", length: "limit", "context-full": "context full" }[status.reason];
}

/** How far the text equals that of the latest full run of the same task. */
function againstFull(run: Run): string {
  if (run.settings.attention.kind === "full") return "the yardstick";
  const reference = runs.value.findLast(
    (other) => other.settings.attention.kind === "full" && isSameTask(run, other),
  );
  if (!reference) return "–";
  reference.chartFrame.value;
  const { pieces, isWhole } = compareText(run, reference);
  if (isWhole) return "identical";
  return `same for ${formatCount(pieces)} tokens`;
}
