import { parseCommandLine } from "./start/parse-command-line.ts";
import { StartError, serve } from "./start/serve.ts";
import { SettingsError } from "./start/settings.ts";
import { onStopSignals } from "./start/stop-signals.ts";

/** Exit codes: 0 after the help text or a stop in good order, 1 for a failure, 2 for a setting that cannot be. */
async function main(): Promise<number> {
  const stopping = new AbortController();
  const forget = onStopSignals(process, {
    stop: () => stopping.abort(),
    kill: (exitCode) => process.exit(exitCode),
  });
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
    forget();
  }
}

/** What is not expected to happen shows where it did. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isExpected = error instanceof SettingsError || error instanceof StartError;
  return isExpected ? `error: ${error.message}` : (error.stack ?? error.message);
}

process.exitCode = await main();
