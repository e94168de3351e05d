import { formatCount } from "../format/format-number.ts";
import type { Run } from "./run.ts";
import { isRunning } from "./run-status.ts";

type PhaseState = "waiting" | "active" | "done";

/** One phase of a run and how far it has come. */
export interface PhaseStage {
  readonly key: string;
  readonly name: string;
  readonly state: PhaseState;
  /** In [0, 1]. */
  readonly progress: number;
  readonly count: string;
}

const ABOUT: Readonly<Record<string, string>> = {
  none: "Prefill reads the prompt, warmup learns how light the lightest keys are, sift drops them.",
  prefill: "Prefill: the model reads the prompt, many tokens at a time.",
  warmup: "Warmup: full attention, while every head's quantile is observed.",
  sift: "Sift: keys below the predicted threshold are dropped, their value rows stay unread.",
  full: "Full: the value row of every key is read.",
  "top-k": "Top-k: each head keeps its heaviest keys.",
};

/** The phases of a run, or of one to come, in order. */
export function readPhases(run: Run | undefined): readonly PhaseStage[] {
  return run ? stagesOf(run) : emptyStages();
}

/** What happens in the phase that a run is in, or was in last, in a plain sentence. */
export function explainPhase(run: Run | undefined): string {
  const stages = readPhases(run);
  const active = stages.find(({ state }) => state === "active");
  const last = stages.findLast(({ state }) => state === "done");
  return ABOUT[(active ?? last)?.key ?? "none"] ?? "";
}

function emptyStages(): readonly PhaseStage[] {
  const stage = { state: "waiting", progress: 0, count: "" } as const;
  return [
    { key: "prefill", name: "Prefill", ...stage },
    { key: "warmup", name: "Warmup", ...stage },
    { key: "sift", name: "Sift", ...stage },
  ];
}

function stagesOf(run: Run): readonly PhaseStage[] {
  const { attention } = run.settings;
  const goesOn = isRunning(run.status.value);
  const done = run.prefill?.tokensDone ?? 0;
  const total = run.prefill?.tokensTotal ?? 0;
  const hasText = run.pieces.length > 0 || run.steps.length > 0;
  const prefill: PhaseStage = {
    key: "prefill",
    name: "Prefill",
    state: hasText ? "done" : goesOn ? "active" : "waiting",
    progress: hasText ? 1 : done / Math.max(1, total),
    count: total === 0 ? "" : `${formatCount(done)} / ${formatCount(total)}`,
  };
  if (attention.kind !== "sift") {
    const name = attention.kind === "full" ? "Full" : "Top-k";
    const count = hasText ? `${run.steps.length} / ${run.plannedSteps}` : "";
    const state = !hasText ? "waiting" : goesOn ? "active" : "done";
    const progress = run.steps.length / run.plannedSteps;
    return [prefill, { key: attention.kind, name, state, progress, count }];
  }
  return [prefill, ...siftStages(run, hasText, goesOn)];
}

function siftStages(run: Run, hasText: boolean, goesOn: boolean): readonly PhaseStage[] {
  const { attention } = run.settings;
  const asked = attention.kind === "sift" ? attention.warmup : undefined;
  const planned = typeof asked === "number" ? asked : 0;
  const { warmupSteps } = run.totals;
  const sifted = run.steps.length - warmupSteps;
  const warm = sifted > 0 ? "done" : !hasText ? "waiting" : goesOn ? "active" : "done";
  const room = Math.max(1, run.plannedSteps - planned);
  return [
    {
      key: "warmup",
      name: "Warmup",
      state: warm,
      progress: warmupSteps / Math.max(1, planned),
      count: hasText ? `${warmupSteps} / ${planned}` : "",
    },
    {
      key: "sift",
      name: "Sift",
      state: sifted === 0 ? "waiting" : goesOn ? "active" : "done",
      progress: Math.min(1, sifted / room),
      count: sifted > 0 ? `${sifted} / ${room}` : "",
    },
  ];
}
