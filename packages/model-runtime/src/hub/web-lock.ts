import { ModelError } from "../model-error.ts";
import type { BrowserStorage } from "./opfs.ts";

/**
 * Runs work while no other tab or worker of the origin holds the lock. Browsers without Web Locks run it at once.
 * @throws ModelError "aborted" when the signal fires before it is our turn.
 */
export async function withWebLock<T>(
  { locks }: BrowserStorage,
  name: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!locks) return work();
  let hasStarted = false;
  const begin = (): Promise<T> => {
    hasStarted = true;
    return work();
  };
  try {
    return await locks.request(name, signal ? { signal } : {}, begin);
  } catch (error) {
    if (hasStarted || !signal?.aborted) throw error;
    throw new ModelError("aborted", "the download was aborted", { cause: error });
  }
}
