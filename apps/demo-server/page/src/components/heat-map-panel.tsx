import { formatCount } from "../format/format-number.ts";
import { info, inspectedStep, shownRun } from "../page-state.ts";
import { HeatMap } from "./heat-map.tsx";
import { Panel } from "./panel.tsx";

/** Places of the scale's labels: colour goes with the square root, so that small shares differ. */
const SCALE = [0, 0.1, 0.25, 0.5, 1];

/** Kept fraction of every head and the union of every group, at the shown step. */
export function HeatMapPanel() {
  const run = shownRun.value;
  run?.frame.value;
  const shape = run?.info ?? info.value;
  const event = run?.steps[inspectedStep.value ?? run.steps.length - 1]?.event;
  return (
    <Panel
      id="heads"
      title="Kept by each head"
      aside={<span class="tag">{event ? `step ${formatCount(event.step)}` : "no step yet"}</span>}
      about="One square per head: the stronger its colour, the more keys it kept. The ∪ columns show the union of a group, the value rows that must be read. Click a head to see its law."
    >
      {shape ? <HeatMap shape={shape} /> : <div class="heat-skeleton" />}
      <HeatScale />
    </Panel>
  );
}

function HeatScale() {
  return (
    <div class="heat-scale" aria-hidden="true">
      <span class="heat-scale-name">kept</span>
      <div class="heat-scale-bar">
        {SCALE.map((part) => (
          <span class="heat-scale-tick" key={part} style={{ "--at": Math.sqrt(part).toFixed(3) }}>
            {part * 100}
            {part === 1 && " %"}
          </span>
        ))}
      </div>
    </div>
  );
}
