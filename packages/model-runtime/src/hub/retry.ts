import { ModelError } from "../model-error.ts";
import { type HubConnection, PassingFailure } from "./hub-request.ts";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/**
 * Repeats an action while it fails with a PassingFailure, waiting twice as long each time. `progress` says after a
 * failure whether the attempt got ahead: then the count starts again.
 * @throws ModelError "download" after the connection's number of failures in a row, "aborted", and what the action throws otherwise.
 */
export async function retry<T>(
  connection: HubConnection,
  action: () => Promise<T>,
  progress: () => boolean = () => false,
): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof PassingFailure)) throw error;
      failures = progress() ? 1 : failures + 1;
      if (failures >= connection.attempts) throw givenUp(error, failures);
      await wait(connection, Math.max(FIRST_WAIT_MS * 2 ** (failures - 1), error.retryAfterMs));
    }
  }
}

function givenUp(cause: PassingFailure, failures: number): ModelError {
  const message = `${cause.message}; gave up after ${failures} attempts, what came is kept`;
  return new ModelError("download", message, { cause });
}

async function wait({ delay, signal }: HubConnection, ms: number): Promise<void> {
  try {
    await delay(Math.min(ms, LONGEST_WAIT_MS), signal);
  } catch (cause) {
    throw new ModelError("aborted", "the download was aborted", { cause });
  }
}
