import { ModelError } from "../model-error.ts";
import { parseJsonObject } from "../weights/json-file.ts";
import { MODEL_FILES, readShardNames, SHARD_INDEX, WEIGHTS } from "./choose-files.ts";
import { type HubConnection, requestHub } from "./hub-request.ts";
import { describeRemoteFile, type RemoteFile } from "./remote-file.ts";
import type { ModelListing } from "./repository-listing.ts";
import { retry } from "./retry.ts";
import { createSha256 } from "./sha256.ts";

/**
 * What lies at a URL: one .gguf file, or those files of a Hugging Face folder that are there. The commit is a digest
 * of what the server says of them, so that a changed file makes a new one.
 * @throws ModelError "missing-file" when a .gguf file is not there, "download", "aborted".
 */
export async function listUrl(connection: HubConnection, url: URL): Promise<ModelListing> {
  const files = new Map<string, RemoteFile>();
  const name = ggufName(url);
  if (name === undefined) await addFolder(connection, url, files);
  else files.set(name, await retry(connection, () => describeRemoteFile(connection, url.href)));
  return { commit: nameContent(files), files };
}

/** The file's name when the URL leads to a .gguf file. */
export function ggufName({ pathname }: URL): string | undefined {
  const name = pathname.slice(pathname.lastIndexOf("/") + 1);
  return name.toLowerCase().endsWith(".gguf") ? name : undefined;
}

async function addFolder(
  connection: HubConnection,
  url: URL,
  files: Map<string, RemoteFile>,
): Promise<void> {
  const folder = url.pathname.endsWith("/") ? url : new URL(`${url.pathname}/`, url);
  const add = async (name: string): Promise<void> => {
    const found = await find(connection, new URL(name, folder).href);
    if (found) files.set(name, found);
  };
  for (const name of MODEL_FILES) await add(name);
  const index = files.get(SHARD_INDEX);
  if (!index || files.has(WEIGHTS)) return;
  const text = await readText(connection, index.url);
  for (const shard of readShardNames(index.url, parseJsonObject(index.url, text))) await add(shard);
}

/** Undefined when nothing is there. */
async function find(connection: HubConnection, url: string): Promise<RemoteFile | undefined> {
  try {
    return await retry(connection, () => describeRemoteFile(connection, url));
  } catch (error) {
    if (error instanceof ModelError && error.code === "missing-file") return undefined;
    throw error;
  }
}

function readText(connection: HubConnection, url: string): Promise<string> {
  const read = (response: Response): Promise<string> => response.text();
  return retry(connection, () => requestHub(connection, url, { method: "GET" }, read));
}

function nameContent(files: ReadonlyMap<string, RemoteFile>): string {
  const lines = Array.from(files, ([name, file]) => `${name} ${file.etag} ${file.byteLength}`);
  const digest = createSha256();
  digest.update(new TextEncoder().encode(lines.join("\n")));
  return digest.hex().slice(0, 16);
}
