import { onParentGone } from "./start/parent-watch.ts";
import { parseCommandLine } from "./start/parse-command-line.ts";
import { StartError, serve } from "./start/serve.ts";
import { SettingsError } from "./start/settings.ts";
import { onStopSignals } from "./start/stop-signals.ts";

/** Exit codes: 0 after the help text or a stop in good order, 1 for a failure, 2 for a setting that cannot be. */
async function main(): Promise<number> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  const kill = (exitCode: number) => process.exit(exitCode);
  const listeners = [onStopSignals(process, { stop, kill })];
  // Under npm or pnpm; a server that was started by hand may outlive its shell.
  if (process.env.npm_lifecycle_event !== undefined) listeners.push(onParentGone(stop));
  try {
    const settings = parseCommandLine(process.argv.slice(2), {
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
    });
    if (settings) await serve(settings, process, stopping.signal);
    return 0;
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    return error instanceof SettingsError ? 2 : 1;
  } finally {
    for (const forget of listeners) forget();
  }
}

/** What is not expected to happen shows where it did. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isExpected = error instanceof SettingsError || error instanceof StartError;
  return isExpected ? `error: ${error.message}` : (error.stack ?? error.message);
}

process.exitCode = await main();
