import { batch } from "@preact/signals";
import type { ServerInfo } from "../../../src/live-events.ts";
import { RequestFailed, unreachable } from "../api/failure.ts";
import { type GenerationEvent, generate } from "../api/generation-events.ts";
import { createGenerationRequest, type GenerationSettings } from "../api/generation-request.ts";
import { generateInBrowser } from "../local/local-model.ts";
import {
  apiKey,
  inspectedStep,
  type Place,
  place,
  runs,
  serverChecks,
  shownRun,
} from "../page-state.ts";
import { Run } from "./run.ts";
import type { RunStatus } from "./run-status.ts";

/** Older runs leave the history. */
const RUNS_KEPT = 24;

let lastId = 0;
let controller: AbortController | undefined;

/** Starts a run, shows it and follows it to its end. Resolves, never rejects: failures are a status. */
export async function startRun(settings: GenerationSettings, info: ServerInfo): Promise<Run> {
  const where = place.peek();
  const run = new Run(++lastId, settings, info, where);
  const own = new AbortController();
  controller = own;
  batch(() => {
    runs.value = [...runs.value, run].slice(-RUNS_KEPT);
    shownRun.value = run;
    inspectedStep.value = undefined;
  });
  try {
    for await (const event of eventsOf(settings, where, own.signal)) run.accept(event);
  } catch (error) {
    run.close(statusAfter(error, own.signal));
  }
  return run;
}

function eventsOf(
  settings: GenerationSettings,
  where: Place,
  signal: AbortSignal,
): AsyncGenerator<GenerationEvent, void> {
  return where === "browser"
    ? generateInBrowser(settings, signal)
    : generate(createGenerationRequest(settings), apiKey.value, signal);
}

/** Stops the running generation; what it wrote stays. */
export function stopRun(): void {
  controller?.abort();
}

function statusAfter(error: unknown, signal: AbortSignal): RunStatus {
  if (signal.aborted) return { kind: "stopped" };
  const failure = error instanceof RequestFailed ? error.failure : unreachable();
  if (!(error instanceof RequestFailed)) console.error(error);
  if (failure.kind === "unreachable") serverChecks.value += 1;
  return { kind: "failed", failure };
}
