import { computed, type Signal, signal } from "@preact/signals";
import type { ServerInfo } from "../../src/live-events.ts";
import type { Failure } from "./api/failure.ts";
import type { GenerationSettings, SamplingSettings } from "./api/generation-request.ts";
import { localModel } from "./local/local-model.ts";
import type { Run } from "./run/run.ts";
import { isRunning } from "./run/run-status.ts";
import {
  type AttentionChoice,
  attentionDefaults,
  attentionSettings,
} from "./settings/attention-choice.ts";

/** What the page knows of its server. */
export type ServerState =
  | { readonly kind: "loading" }
  | { readonly kind: "ready"; readonly info: ServerInfo }
  | { readonly kind: "failed"; readonly failure: Failure };

export type Place = "server" | "browser";

export const server: Signal<ServerState> = signal({ kind: "loading" });
/** Where runs compute. */
export const place: Signal<Place> = signal("server");
/** The model that a run would use now. */
export const info = computed(() => {
  const state = place.value === "server" ? server.value : localModel.value;
  return state.kind === "ready" ? state.info : undefined;
});
export const apiKey: Signal<string> = signal("");
/** Raise it to look for the server anew. */
export const serverChecks: Signal<number> = signal(0);

export const prompt: Signal<string> = signal("");
export const format: Signal<"chat" | "plain"> = signal("plain");
/** What a right answer to the prompt contains, when the prompt came from an example that knows. */
export const expected: Signal<string | undefined> = signal(undefined);
export const attention: Signal<AttentionChoice> = signal(
  attentionDefaults({ kind: "sift", dropped_mass: "mean-value" }),
);
export const sampling: Signal<SamplingSettings> = signal({
  temperature: 0.8,
  topP: 0.95,
  maxTokens: 240,
  seed: 1,
  repetitionPenalty: 1.1,
});

/** Finished and running generations, oldest first. */
export const runs: Signal<readonly Run[]> = signal([]);
/** The run that the panels show. */
export const shownRun: Signal<Run | undefined> = signal(undefined);
export const runningRun = computed(() => runs.value.find((run) => isRunning(run.status.value)));

/** Index of the step that the pointer or the keyboard is on; the panels show it instead of the latest. */
export const inspectedStep: Signal<number | undefined> = signal(undefined);
export const selectedHead: Signal<{ readonly layer: number; readonly head: number }> = signal({
  layer: 0,
  head: 0,
});
export const colouring: Signal<"none" | "kept" | "dropped"> = signal("none");

/** The settings of a run that would start now. */
export function currentSettings(model: string): GenerationSettings {
  return {
    model,
    format: format.value,
    prompt: prompt.value,
    attention: attentionSettings(attention.value),
    sampling: sampling.value,
  };
}
