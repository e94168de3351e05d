import { ModelError } from "../model-error.ts";
import type { LoadProgress } from "../open-options.ts";
import { expectNode } from "../weights/expect-node.ts";
import { parseJsonObject } from "../weights/json-file.ts";
import { findCacheFolder } from "./cache-folder.node.ts";
import { chooseFiles, chooseShards } from "./choose-files.ts";
import { downloadFile } from "./download-file.node.ts";
import { type HubId, parseHubId } from "./hub-id.ts";
import { type HubConnection, PassingFailure } from "./hub-request.ts";
import { listRepository } from "./repository-listing.ts";

export interface DownloadModelOptions {
  /** Default: the environment's HF_ENDPOINT, else https://huggingface.co. */
  readonly endpoint?: string;
  /** For gated and private models. Default: the environment's HF_TOKEN. */
  readonly token?: string;
  /** Default: the environment's SIFT_CACHE, else a folder in the platform's place for caches. */
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
 * Downloads what opening a model of the Hub needs, into a cache folder, and resolves to the folder or the .gguf file
 * to open. Files that are there are not fetched again; a broken-off download goes on where it stopped. Node only.
 * @param id "owner/name", "owner/name/file.gguf", each with "@revision" behind it where "main" is not meant.
 * @throws ModelError "bad-option" for an id that is none or without Node, "missing-file" when the model or a file it needs is not
 * there, "download" when access is refused, the connection keeps failing or the disk is full, "checksum", "aborted".
 */
export async function downloadModel(
  id: string,
  options: DownloadModelOptions = {},
): Promise<string> {
  expectNode("downloadModel: needs Node; fetch the files and open them by name in a browser");
  const hubId = parseHubId(id);
  const { dirname, join } = process.getBuiltinModule("node:path");
  const { mkdir, readFile, writeFile } = process.getBuiltinModule("node:fs/promises");
  const connection = createConnection(options);
  const folder = join(await cacheFolder(options), "hub", hubId.repository.replace("/", "--"));
  const receipt = join(folder, "receipts", encodeURIComponent(id));
  try {
    const name = await fetchModel(connection, hubId, folder, options.onProgress);
    // Only a later run without the Hub needs it.
    await mkdir(dirname(receipt), { recursive: true })
      .then(() => writeFile(receipt, name))
      .catch(() => undefined);
    return join(folder, name);
  } catch (error) {
    // What was complete once still is when the Hub is out of reach.
    if (!(error instanceof ModelError && error.cause instanceof PassingFailure)) throw error;
    const name = await readFile(receipt, "utf8").catch(() => undefined);
    if (name === undefined) throw error;
    return join(folder, name);
  }
}

/** Fetches into a folder of the commit, and resolves to what to open, relative to `folder`. */
async function fetchModel(
  connection: HubConnection,
  hubId: HubId,
  folder: string,
  onProgress: DownloadModelOptions["onProgress"],
): Promise<string> {
  const { dirname, join } = process.getBuiltinModule("node:path");
  const { mkdir, readFile } = process.getBuiltinModule("node:fs/promises");
  const { commit, files: listed } = await listRepository(connection, hubId);
  const choice = chooseFiles(hubId.repository, listed, hubId.file);
  const commitFolder = commit.replaceAll("/", "--");

  async function fetchFile(file: string): Promise<void> {
    const path = join(folder, commitFolder, ...file.split("/"));
    await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
      throw new ModelError("download", `${dirname(path)}: cannot be created`, { cause });
    });
    const url = fileUrl(connection, hubId, commit, file);
    await downloadFile(connection, { url, path, item: file, onProgress });
  }

  for (const file of choice.files) await fetchFile(file);
  if (choice.shardIndex !== undefined) {
    const text = await readFile(join(folder, commitFolder, choice.shardIndex), "utf8");
    const index = parseJsonObject(choice.shardIndex, text);
    for (const shard of chooseShards(hubId.repository, listed, index)) await fetchFile(shard);
  }
  return choice.gguf === undefined ? commitFolder : join(commitFolder, ...choice.gguf.split("/"));
}

function createConnection(options: DownloadModelOptions): HubConnection {
  const endpoint = options.endpoint ?? (process.env.HF_ENDPOINT || "https://huggingface.co");
  return {
    endpoint: endpoint.replace(/\/+$/, ""),
    token: options.token ?? (process.env.HF_TOKEN || undefined),
    signal: options.signal,
    stallMs: options.stallMs ?? 30_000,
    delay: options.delay ?? delay,
  };
}

async function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { setTimeout } = process.getBuiltinModule("node:timers/promises");
  await setTimeout(ms, undefined, signal ? { signal } : {});
}

async function cacheFolder(options: DownloadModelOptions): Promise<string> {
  return options.cacheFolder ?? (await findCacheFolder());
}

function fileUrl(connection: HubConnection, id: HubId, commit: string, file: string): string {
  const path = file.split("/").map(encodeURIComponent).join("/");
  return `${connection.endpoint}/${id.repository}/resolve/${encodeURIComponent(commit)}/${path}`;
}
