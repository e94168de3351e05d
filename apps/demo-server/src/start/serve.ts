import { fileURLToPath } from "node:url";
import {
  downloadModel,
  expectSiftProfile,
  type Model,
  ModelError,
  openModel,
  type SiftProfile,
} from "@sift-attention/model-runtime";
import { allowedHostNames } from "../access/check-origin.ts";
import { type HttpServer, openHttpServer } from "../http-server.ts";
import { ModelHost } from "../model-host.ts";
import { readPageFiles } from "../routes/page-files.ts";
import { createServedModel } from "../served-model.ts";
import { defaultLimits } from "../server-limits.ts";
import { findModel, type ModelLocation } from "./find-model.ts";
import { type Settings, SettingsError } from "./settings.ts";
import { StartProgress } from "./start-progress.ts";

/** Context of a model that could take more; --context asks for it. */
const defaultContext = 8192;

/** Where a server's words go. */
export interface Console {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/**
 * Listens, loads the model, prints the address, and serves until the signal aborts; then drains and frees everything.
 * @throws SettingsError for settings that do not fit the model or the machine, StartError when it cannot be started.
 */
export async function serve(
  settings: Settings,
  console: Console,
  signal: AbortSignal,
): Promise<void> {
  const progress = new StartProgress(console.stderr);
  const location = findModel(settings.model);
  const host = new ModelHost();
  const http = await listen(settings, host, console);
  let model: Model | undefined;
  try {
    model = await load(location, settings, progress, signal);
    host.open(createServed(model, location, settings));
    progress.say(`${model.info.source}: ${model.info.backendDescription}`);
    console.stdout.write(`SiftAttention serves ${location.id} at ${http.url}\n`);
    await aborted(signal);
    progress.say("Stopping: running requests may end, a second signal ends them.");
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    progress.stop();
    await http.close();
    await model?.dispose();
  }
}

/** The machine or the model is at fault, not the command line. */
export class StartError extends Error {
  override readonly name = "StartError";
}

async function listen(
  settings: Settings,
  host: ModelHost,
  { stderr }: Console,
): Promise<HttpServer> {
  const hostNames = allowedHostNames(settings.host);
  if (hostNames === undefined && settings.apiKey === undefined) {
    stderr.write("Anybody who reaches this machine can use the server: set --api-key.\n");
  }
  const page = await readPageFiles(fileURLToPath(new URL("./page", import.meta.url)));
  const onError = (error: unknown) => stderr.write(`${describe(error)}\n`);
  try {
    return await openHttpServer(
      { host, page, limits: defaultLimits, apiKey: settings.apiKey, hostNames, onError },
      settings,
    );
  } catch (error) {
    throw explainListen(error, settings);
  }
}

function explainListen(error: unknown, { host, port }: Settings): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const other = "choose another with --port (0 picks a free one)";
  switch (code) {
    case "EADDRINUSE":
      return new StartError(`Port ${port} is taken: stop what listens there or ${other}.`);
    case "EACCES":
      return new StartError(`Port ${port} may not be listened on: ${other}.`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new SettingsError(`--host ${host}: this machine has no such address.`);
    default:
      return error;
  }
}

async function load(
  location: ModelLocation,
  { backend, threads }: Settings,
  progress: StartProgress,
  signal: AbortSignal,
): Promise<Model> {
  const onProgress = progress.report.bind(progress);
  try {
    const path =
      location.kind === "disk"
        ? location.path
        : await downloadModel(location.id, { signal, onProgress });
    return await openModel(path, {
      backend,
      signal,
      onProgress,
      ...(threads !== undefined && { threads }),
    });
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new StartError(`Cannot open ${location.id} (${error.code}): ${error.message}`, {
      cause: error,
    });
  }
}

function createServed(
  model: Model,
  { id }: ModelLocation,
  { context, attention, siftProfile, parallel, queue }: Settings,
) {
  if (siftProfile) expectFits(siftProfile, model);
  const longest = model.config.contextLength;
  if (typeof context === "number" && context > longest) {
    throw new SettingsError(
      `--context ${context}: ${id} was trained for ${longest} tokens at most.`,
    );
  }
  const slots = parallel ?? (model.info.backend === "cpu" ? 1 : 2);
  const fitting = model.contextThatFits(slots);
  const contextLength =
    context === "auto" ? fitting : (context ?? Math.min(fitting, defaultContext));
  return createServedModel(model, { id, contextLength, attention, slots, waiting: queue });
}

/** @throws SettingsError for a profile of a model of another shape. */
function expectFits(profile: SiftProfile, model: Model): void {
  try {
    expectSiftProfile(profile, model.config);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new SettingsError(`--sift-profile: ${error.message}.`, { cause: error });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
