import type { Failure } from "../api/failure.ts";

/** Where a run stands. */
export type RunStatus =
  | { readonly kind: "connecting" }
  | { readonly kind: "prefill" }
  | { readonly kind: "decoding" }
  | { readonly kind: "finished"; readonly reason: "stop" | "length" | "context-full" }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly failure: Failure };

/** Whether the run still waits for the server. */
export function isRunning(
  status: RunStatus,
): status is Extract<RunStatus, { kind: "connecting" | "prefill" | "decoding" }> {
  return status.kind === "connecting" || status.kind === "prefill" || status.kind === "decoding";
}
