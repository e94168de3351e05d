import { ModelError } from "../model-error.ts";
import type { LoadProgress } from "../open-options.ts";
import { SLICE_BYTES } from "../weights/byte-source.ts";
import { type HubConnection, PassingFailure, requestHub } from "./hub-request.ts";
import { openPartialFile, type PartialFile } from "./partial-file.node.ts";
import { describeRemoteFile, type RemoteFile } from "./remote-file.ts";
import { retry } from "./retry.ts";

/** One file to fetch. */
export interface FileDownload {
  readonly url: string;
  /** Where it goes; its folder exists. */
  readonly path: string;
  /** For progress. */
  readonly item: string;
  readonly onProgress: ((progress: LoadProgress) => void) | undefined;
}

/** An attempt that brought this much starts the count of failures again. */
const PROGRESS_BYTES = 1024 * 1024;

/**
 * Downloads a file, unless it is there: goes on where an earlier attempt stopped, checks size and SHA-256 where the
 * server names them, and moves it into place in one step.
 * @throws ModelError "download", "missing-file", "checksum", "aborted".
 */
export async function downloadFile(
  connection: HubConnection,
  download: FileDownload,
): Promise<void> {
  const { access } = process.getBuiltinModule("node:fs/promises");
  const isThere = await access(download.path).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  const partial = await openPartialFile(download.path).catch(diskError);
  try {
    await fetchWhole(connection, download, partial);
    await partial.finish();
  } catch (error) {
    diskError(error);
  } finally {
    await partial.close();
  }
}

async function fetchWhole(
  connection: HubConnection,
  download: FileDownload,
  partial: PartialFile,
): Promise<void> {
  let last = 0;
  let reached = 0;
  const attempt = async (): Promise<void> => {
    last = reached;
    const remote = await describeRemoteFile(connection, download.url);
    const start = await prepare(partial, remote);
    await fetchRest(connection, download, partial, { remote, start }, (done) => {
      reached = done;
    });
    await expectChecksum(partial, remote, start > 0);
  };
  await retry(connection, attempt, () => reached - last >= PROGRESS_BYTES);
}

/** Bytes that are there and belong to the remote file; anything else is dropped. */
async function prepare(partial: PartialFile, remote: RemoteFile): Promise<number> {
  const there = await partial.byteLength();
  const note = await partial.readNote();
  const belongs = remote.etag !== undefined && note?.etag === remote.etag;
  if (there > 0 && belongs && there <= (remote.byteLength ?? Number.POSITIVE_INFINITY))
    return there;
  await partial.clear();
  return 0;
}

async function fetchRest(
  connection: HubConnection,
  download: FileDownload,
  partial: PartialFile,
  { remote, start }: { readonly remote: RemoteFile; readonly start: number },
  reach: (bytesDone: number) => void,
): Promise<void> {
  const { url, item, onProgress } = download;
  if (remote.byteLength !== undefined && start === remote.byteLength) return;
  const headers = await rangeHeaders(partial, remote, start);
  await requestHub(connection, url, { method: "GET", headers }, async (response, alive) => {
    let position = await expectRange(partial, response, start);
    await noteResponse(partial, remote, response);
    const bytesTotal = remote.byteLength ?? 0;
    onProgress?.({ stage: "download", item, bytesDone: position, bytesTotal });
    for await (const chunk of response.body ?? []) {
      alive();
      await writeAll(partial, chunk, position);
      position += chunk.byteLength;
      reach(position);
      onProgress?.({ stage: "download", item, bytesDone: position, bytesTotal });
    }
    expectLength(url, remote, position);
  });
}

/** Without a strong ETag of the bytes that are there only a SHA-256 can tell whether the rest fits to them. */
async function rangeHeaders(
  partial: PartialFile,
  remote: RemoteFile,
  start: number,
): Promise<Record<string, string>> {
  if (start === 0) return {};
  const etag = (await partial.readNote())?.responseEtag;
  if (etag !== undefined) return { range: `bytes=${start}-`, "if-range": etag };
  return remote.sha256 === undefined ? {} : { range: `bytes=${start}-` };
}

/** Where the answer's bytes belong: a server may send everything although a part was asked for. */
async function expectRange(
  partial: PartialFile,
  response: Response,
  start: number,
): Promise<number> {
  const range = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
  if (response.status === 206 && Number(range) === start) return start;
  await partial.clear();
  if (response.status === 200) return 0;
  throw new PassingFailure(`${response.url}: expected bytes from ${start} on, got ${range}`);
}

async function noteResponse(
  partial: PartialFile,
  remote: RemoteFile,
  response: Response,
): Promise<void> {
  if (remote.etag === undefined) return;
  const etag = response.headers.get("etag") ?? undefined;
  const responseEtag = etag?.startsWith('"') ? etag : undefined;
  await partial.writeNote({ etag: remote.etag, responseEtag }).catch(diskError);
}

async function writeAll(partial: PartialFile, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.byteLength; ) {
    const write = partial.handle.write(chunk, done, chunk.byteLength - done, position + done);
    done += (await write.catch(diskError)).bytesWritten;
  }
}

function expectLength(url: string, { byteLength }: RemoteFile, got: number): void {
  if (byteLength === undefined || got === byteLength) return;
  throw new PassingFailure(`${url}: expected ${byteLength} bytes, got ${got}`);
}

/** Bytes that do not have the promised checksum are dropped; when some were left from earlier, they are to blame. */
async function expectChecksum(
  partial: PartialFile,
  { url, sha256 }: RemoteFile,
  resumed: boolean,
): Promise<void> {
  if (sha256 === undefined) return;
  const { createHash } = process.getBuiltinModule("node:crypto");
  const hash = createHash("sha256");
  const slice = new Uint8Array(SLICE_BYTES);
  for (let position = 0; ; ) {
    const { bytesRead } = await partial.handle.read(slice, 0, SLICE_BYTES, position);
    if (bytesRead === 0) break;
    hash.update(slice.subarray(0, bytesRead));
    position += bytesRead;
  }
  const got = hash.digest("hex");
  if (got === sha256) return;
  await partial.clear();
  const message = `${url}: expected SHA-256 ${sha256}, got ${got}`;
  throw resumed ? new PassingFailure(message) : new ModelError("checksum", message);
}

function diskError(error: unknown): never {
  if (error instanceof ModelError) throw error;
  const full = error instanceof Error && "code" in error && error.code === "ENOSPC";
  const what = full ? "the disk is full; what came is kept" : "the cache folder cannot be written";
  throw new ModelError("download", `download: ${what}`, { cause: error });
}
