import type { Run } from "../run/run.ts";
import { readPhases } from "../run/run-phases.ts";

/** Where the run stands: prefill, warmup, sift. */
export function PhaseBar({ run }: { readonly run: Run | undefined }) {
  run?.frame.value;
  run?.status.value;
  return (
    <ol class="phases" aria-label="Phases">
      {readPhases(run).map(({ key, name, state, progress, count }) => (
        <li
          key={key}
          class={`phase phase-${key}`}
          data-state={state}
          aria-current={state === "active" ? "step" : undefined}
          style={{ "--progress": progress.toFixed(4) }}
        >
          <span class="phase-name">{name}</span>
          <span class="phase-count">{count}</span>
        </li>
      ))}
    </ol>
  );
}
