import { type Signal, signal } from "@preact/signals";
import type { ServerInfo } from "../../../src/live-events.ts";
import { type Failure, RequestFailed } from "../api/failure.ts";
import type { GenerationEvent } from "../api/generation-events.ts";
import type { GenerationSettings } from "../api/generation-request.ts";
import type { KeptModels, LocalReply, LocalRequest, OpeningProgress } from "./local-messages.ts";

/** The model that runs in this browser, in a worker. */
export type LocalModel =
  | { readonly kind: "none" }
  | {
      readonly kind: "opening";
      readonly name: string;
      readonly progress: OpeningProgress | undefined;
    }
  | { readonly kind: "ready"; readonly name: string; readonly info: ServerInfo }
  | { readonly kind: "failed"; readonly name: string; readonly failure: Failure };

export const localModel: Signal<LocalModel> = signal({ kind: "none" });
export const keptModels: Signal<KeptModels> = signal({ models: [], available: undefined });

type RunReply = Extract<LocalReply, { readonly run: number }>;

let worker: Worker | undefined;
let lastRun = 0;
const inboxes = new Map<number, (reply: RunReply) => void>();

/** Opens a model in a fresh worker: the one before it goes with all its memory. */
export function openLocalModel(name: string): void {
  closeLocalModel();
  localModel.value = { kind: "opening", name, progress: undefined };
  post({ kind: "open", name });
}

/** Ends the model or its opening; what was downloaded stays. */
export function closeLocalModel(): void {
  worker?.terminate();
  worker = undefined;
  localModel.value = { kind: "none" };
  endRuns({ kind: "local", title: "The model was closed", detail: "Open it again to go on." });
}

/** Looks up what this browser keeps. */
export function listKeptModels(): void {
  post({ kind: "list" });
}

/** Removes a model's files from this browser. */
export function removeKeptModel(name: string): void {
  post({ kind: "remove", name });
}

/**
 * Runs a generation in the worker and hands out its events.
 * @throws RequestFailed; the signal's reason when it fires.
 */
export async function* generateInBrowser(
  settings: GenerationSettings,
  signal: AbortSignal,
): AsyncGenerator<GenerationEvent, void> {
  const run = ++lastRun;
  const replies: RunReply[] = [];
  let wake = (): void => {};
  inboxes.set(run, (reply) => {
    replies.push(reply);
    wake();
  });
  const stop = (): void => {
    post({ kind: "stop", run });
    wake();
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    post({ kind: "generate", run, settings });
    for (;;) {
      signal.throwIfAborted();
      const reply = replies.shift();
      if (reply?.kind === "event") yield reply.event;
      else if (reply?.failure) throw new RequestFailed(reply.failure);
      else if (reply) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal.removeEventListener("abort", stop);
    inboxes.delete(run);
  }
}

function post(request: LocalRequest): void {
  worker ??= startWorker();
  worker.postMessage(request);
}

function startWorker(): Worker {
  const started = new Worker(new URL("./worker/model-worker.ts", import.meta.url), {
    type: "module",
    name: "model",
  });
  started.onmessage = ({ data }: MessageEvent<LocalReply>) => {
    if (started === worker) accept(data);
  };
  started.onerror = (event) => {
    event.preventDefault();
    if (started === worker) failWorker(event.message ?? "");
  };
  return started;
}

function accept(reply: LocalReply): void {
  const { value: state } = localModel;
  const name = state.kind === "none" ? "" : state.name;
  if ("run" in reply) inboxes.get(reply.run)?.(reply);
  else if (reply.kind === "kept") keptModels.value = reply.kept;
  else if (reply.kind === "progress") {
    localModel.value = { kind: "opening", name, progress: reply.progress };
  } else if (reply.kind === "opened") localModel.value = { kind: "ready", name, info: reply.info };
  else localModel.value = { kind: "failed", name, failure: reply.failure };
}

/** A worker that ran out of memory, or whose script did not come. */
function failWorker(message: string): void {
  const name = localModel.value.kind === "none" ? "" : localModel.value.name;
  const failure: Failure = {
    kind: "local",
    title: "The worker that runs the model has ended",
    detail: message || "The browser gives no reason; it may have run out of memory.",
  };
  worker = undefined;
  localModel.value = { kind: "failed", name, failure };
  endRuns(failure);
}

function endRuns(failure: Failure): void {
  for (const [run, receive] of inboxes) receive({ kind: "done", run, failure });
}
