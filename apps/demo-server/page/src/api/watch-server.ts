import { effect } from "@preact/signals";
import { apiKey, server, serverChecks } from "../page-state.ts";
import { RequestFailed, unreachable } from "./failure.ts";
import { readServerInfo } from "./server-info.ts";

/** Between two looks for a server that does not answer, in milliseconds. */
const RETRY_MS = 2_000;

/** Asks the server what it runs, again and again until it answers; asks anew when the API key changes or a run lost it. */
export function watchServer(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let round = 0;
  const look = async (key: string, mine: number): Promise<void> => {
    const state = await readServerInfo(key).then(
      (info) => ({ kind: "ready", info }) as const,
      (error: unknown) => ({ kind: "failed", failure: failureFrom(error) }) as const,
    );
    if (mine !== round) return;
    server.value = state;
    const waitsForKey = state.kind === "failed" && state.failure.kind === "unauthorised";
    if (state.kind === "failed" && !waitsForKey) timer = setTimeout(look, RETRY_MS, key, mine);
  };
  return effect(() => {
    const key = apiKey.value;
    serverChecks.value;
    clearTimeout(timer);
    round += 1;
    look(key, round).catch(console.error);
    return () => clearTimeout(timer);
  });
}

function failureFrom(error: unknown): RequestFailed["failure"] {
  return error instanceof RequestFailed ? error.failure : unreachable();
}
