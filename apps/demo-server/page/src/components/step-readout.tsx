import { formatBytes, formatCount, formatPercent } from "../format/format-number.ts";
import { inspectedStep } from "../page-state.ts";
import type { Run } from "../run/run.ts";

/** The numbers of the token under the pointer, else of the latest one. Always as tall. */
export function StepReadout({ run }: { readonly run: Run | undefined }) {
  run?.frame.value;
  const inspected = inspectedStep.value;
  const index = inspected ?? (run ? run.steps.length - 1 : -1);
  const step = run?.steps[index];
  const piece = run?.pieces.findLast((candidate) => candidate.step === index);
  const event = step?.event;
  return (
    <div class="readout" data-inspecting={inspected !== undefined}>
      <p class="readout-token" aria-live={inspected === undefined ? "off" : "polite"}>
        {event ? (
          <>
            <span class={`phase-dot phase-${event.phase}`} aria-hidden="true" />
            Step {formatCount(event.step)} {piece && <q>{visible(piece.text)}</q>}
          </>
        ) : (
          "Point at a token to see how it was made"
        )}
      </p>
      <dl>
        <Reading name="phase" value={phaseName(run, event?.phase)} />
        <Reading name="keys seen" value={formatCount(event?.contextLength)} />
        <Reading name="kept" value={formatPercent(step?.kept)} />
        <Reading name="union kept" value={formatPercent(step?.union)} />
        <Reading name="dropped mass" value={formatPercent(step?.droppedMass)} />
        <Reading name="skipped" value={formatBytes(event?.valueBytesSkipped)} />
      </dl>
    </div>
  );
}

function Reading({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** "full" stands for every kind of attention without a schedule: their own names say more. */
function phaseName(run: Run | undefined, phase: string | undefined): string {
  return (phase === "full" ? run?.settings.attention.kind : phase) ?? "–";
}

function visible(text: string): string {
  return text.replaceAll("\n", "↵").trim();
}
