import { colouring, shownRun } from "../page-state.ts";
import { PhaseBar } from "./phase-bar.tsx";
import { Prose } from "./prose.tsx";
import { RunNotice } from "./run-notice.tsx";
import { Segmented } from "./segmented.tsx";
import { StepReadout } from "./step-readout.tsx";

/** The text as it is written, where the run stands, and each token's numbers. */
export function TextPanel() {
  const run = shownRun.value;
  return (
    <section class="panel text-panel" aria-labelledby="text-title">
      <header class="panel-head">
        <h2 id="text-title">Text</h2>
        <div class="panel-aside">
          <span class="aside-label" aria-hidden="true">
            Colour
          </span>
          <Segmented
            legend="Colour tokens by"
            name="colouring"
            value={colouring.value}
            options={[
              { value: "none", label: "None" },
              { value: "kept", label: "Kept" },
              { value: "dropped", label: "Dropped mass" },
            ]}
            onChange={(value) => {
              colouring.value = value;
            }}
          />
        </div>
      </header>
      <PhaseBar run={run} />
      <div class="run-notice">
        <RunNotice run={run} />
      </div>
      <Prose run={run} />
      <StepReadout run={run} />
    </section>
  );
}
