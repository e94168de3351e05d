import type { LoadProgress } from "../open-options.ts";
import type { ModelSource } from "../weights/open-model-files.ts";
import { fetchModel } from "./fetch-model.ts";
import type { HubConnection } from "./hub-request.ts";
import { isNode } from "./is-node.ts";
import { type ModelOrigin, parseOrigin } from "./model-origin.ts";
import { stored } from "./model-store.ts";
import { openStore } from "./open-store.ts";

export interface DownloadModelOptions {
  /** Default: the environment's HF_ENDPOINT, else https://huggingface.co. */
  readonly endpoint?: string;
  /** For gated and private models. Default: the environment's HF_TOKEN. */
  readonly token?: string;
  /**
   * Default in Node: the environment's SIFT_CACHE, else a folder in the platform's place for caches. In a browser it is
   * a folder of the origin's private file system, by default "sift-attention".
   */
  readonly cacheFolder?: string;
  readonly signal?: AbortSignal;
  /** Bytes of the file at work; bytesTotal is 0 while the server has not named it. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** A connection that brings nothing for this many milliseconds counts as dropped. Default 30,000. */
  readonly stallMs?: number;
  /** Waits between attempts; rejects when the signal fires. Default: a timer. */
  readonly delay?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

/**
 * Downloads what opening a model needs, and resolves to what `openModel` takes then: in Node the path of the folder or
 * of the .gguf file, in a browser the id itself. Files that are there are not fetched again; a broken-off download goes
 * on where it stopped, and one tab or process at a time writes.
 * @param source On the Hub "owner/name" or "owner/name/file.gguf", each with "@revision" behind it where "main" is not
 * meant; or the URL of a .gguf file or of a folder with config.json, tokenizer.json and safetensors.
 * @throws ModelError "bad-option" for an id that is none, "missing-file" when the model or a file it needs is not there,
 * "download" when access is refused, the connection keeps failing or nothing can be stored, "quota" when the browser
 * lends too little room, "checksum", "aborted".
 */
export async function downloadModel(
  source: string | URL,
  options: DownloadModelOptions = {},
): Promise<string> {
  const { origin, source: found } = await fetchSource(source, options);
  return typeof found === "string" ? found : origin.id;
}

/** A model that is in the store of this place, as `openModelFiles` takes it. @throws as downloadModel. */
export async function fetchSource(
  id: string | URL,
  options: DownloadModelOptions,
): Promise<{ readonly origin: ModelOrigin; readonly source: ModelSource }> {
  const origin = parseOrigin(id);
  const store = await openStore(options.cacheFolder);
  const connection = createConnection(options);
  const { onProgress } = options;
  const receipt = await fetchModel({ origin, store, connection, onProgress });
  return { origin, source: await stored(store, store.source(origin.folder, receipt)) };
}

function createConnection(options: DownloadModelOptions): HubConnection {
  const { HF_ENDPOINT, HF_TOKEN } = isNode() ? process.env : {};
  const endpoint = options.endpoint ?? (HF_ENDPOINT || "https://huggingface.co");
  return {
    endpoint: endpoint.replace(/\/+$/, ""),
    token: options.token ?? (HF_TOKEN || undefined),
    signal: options.signal,
    stallMs: options.stallMs ?? 30_000,
    attempts: 6,
    delay: options.delay ?? delay,
  };
}

function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
