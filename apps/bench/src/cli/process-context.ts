import type { CliContext } from "./cli-context.ts";

/** The process's own streams, and a signal that SIGINT and SIGTERM abort. */
export function processContext(): CliContext {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => interruption.abort());
  }
  return { stdout: process.stdout, stderr: process.stderr, signal: interruption.signal };
}
