import { runningRun, shownRun } from "../page-state.ts";

/** Tells screen readers when a run starts, changes phase and ends; never each token. */
export function StatusAnnouncer() {
  return (
    <p class="visually-hidden" role="status">
      {announcement()}
    </p>
  );
}

function announcement(): string {
  const run = shownRun.value;
  const status = run?.status.value;
  if (!run || !status) return "";
  if (status.kind === "finished") return `Finished: ${run.tokens} tokens written.`;
  if (status.kind === "stopped") return "Stopped.";
  if (status.kind === "failed") return "";
  run.frame.value;
  const phase = run.latest?.event.phase ?? "prefill";
  return runningRun.value === run ? `Phase: ${phase}.` : "";
}
