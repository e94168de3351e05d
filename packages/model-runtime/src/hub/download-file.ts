import { ModelError } from "../model-error.ts";
import type { LoadProgress } from "../open-options.ts";
import { SLICE_BYTES } from "../weights/byte-source.ts";
import { type HubConnection, PassingFailure, requestHub } from "./hub-request.ts";
import { isNode } from "./is-node.ts";
import { type ModelStore, stored } from "./model-store.ts";
import type { PartialFile } from "./partial-file.ts";
import { describeRemoteFile, type RemoteFile } from "./remote-file.ts";
import type { ListedFile } from "./repository-listing.ts";
import { retry } from "./retry.ts";
import type { Digest } from "./sha256.ts";

/** One file to fetch. */
export interface FileDownload {
  readonly file: ListedFile;
  /** Where it goes in the store. */
  readonly path: string;
  /** For progress. */
  readonly item: string;
  readonly onProgress: ((progress: LoadProgress) => void) | undefined;
}

/** A file at work. */
interface Transfer extends FileDownload {
  readonly connection: HubConnection;
  readonly store: ModelStore;
  readonly partial: PartialFile;
  /** Bytes that are there. */
  reached: number;
  /** Has seen those bytes; undefined without a checksum to compare with. */
  digest: Digest | undefined;
}

/** An attempt that brought this much starts the count of failures again. */
const PROGRESS_BYTES = 1024 * 1024;

/**
 * Downloads a file, unless it is there: goes on where an earlier attempt stopped, checks size and SHA-256 where the
 * server names them, and makes the file visible in one step.
 * @throws ModelError "download", "missing-file", "checksum", "quota", "aborted".
 */
export async function downloadFile(
  connection: HubConnection,
  store: ModelStore,
  download: FileDownload,
): Promise<void> {
  if ((await stored(store, store.find(download.path)))?.isComplete) return;
  const partial = await stored(store, store.openPartial(download.path));
  try {
    await fetchWhole({ ...download, connection, store, partial, reached: 0, digest: undefined });
    await stored(store, partial.finish());
  } catch (error) {
    // What failed first says more than that nothing can be closed after it.
    await partial.close().catch(() => undefined);
    throw error;
  }
  await stored(store, partial.close());
}

async function fetchWhole(transfer: Transfer): Promise<void> {
  const { connection, file } = transfer;
  let before = 0;
  const attempt = async (): Promise<void> => {
    before = transfer.reached;
    const remote = isDescribed(file) ? file : await describeRemoteFile(connection, file.url);
    const start = await prepare(transfer, remote);
    const from = start === remote.byteLength ? start : await fetchRest(transfer, remote, start);
    await expectChecksum(transfer, remote, from > 0);
  };
  await retry(connection, attempt, () => transfer.reached - before >= PROGRESS_BYTES);
}

function isDescribed(file: ListedFile): file is RemoteFile {
  return file.etag !== undefined;
}

/** Bytes that are there and belong to the remote file; anything else is dropped. */
async function prepare(transfer: Transfer, remote: RemoteFile): Promise<number> {
  const { store, partial } = transfer;
  const there = await stored(store, partial.byteLength());
  const note = await stored(store, partial.readNote());
  const belongs = remote.etag !== undefined && note?.etag === remote.etag;
  const start = belongs && there <= (remote.byteLength ?? Number.POSITIVE_INFINITY) ? there : 0;
  if (start === 0) await stored(store, partial.clear());
  transfer.digest = remote.sha256 === undefined ? undefined : await digestStart(transfer, start);
  return start;
}

/** A digest of the bytes that are there. */
async function digestStart({ store, partial }: Transfer, byteLength: number): Promise<Digest> {
  const digest = store.createDigest();
  const slice = new Uint8Array(Math.min(SLICE_BYTES, byteLength));
  for (let position = 0; position < byteLength; ) {
    const count = await stored(store, partial.read(slice, position));
    if (count === 0) break;
    digest.update(slice.subarray(0, count));
    position += count;
  }
  return digest;
}

/** Asks for what is missing and writes it; resolves to the byte that the answer began with. */
async function fetchRest(transfer: Transfer, remote: RemoteFile, start: number): Promise<number> {
  const { connection, store, partial, item, onProgress } = transfer;
  const request = { method: "GET", headers: await rangeHeaders(transfer, remote, start) } as const;
  return requestHub(connection, remote.url, request, async (response, alive) => {
    const from = await expectRange(transfer, response, start);
    await noteResponse(transfer, remote, response);
    let position = from;
    const report = (): void => {
      const bytesTotal = remote.byteLength ?? 0;
      onProgress?.({ stage: "download", item, bytesDone: position, bytesTotal });
    };
    report();
    for await (const chunk of chunksOf(response)) {
      alive();
      transfer.digest?.update(chunk);
      await stored(store, partial.write(chunk, position));
      position += chunk.byteLength;
      transfer.reached = position;
      report();
    }
    expectLength(remote, position);
    return from;
  });
}

/** Not every browser's streams can be iterated. */
async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array, void> {
  const reader = body?.getReader();
  for (;;) {
    const next = await reader?.read();
    if (next?.value === undefined) return;
    yield next.value;
  }
}

/** Without a strong ETag of the bytes that are there only a SHA-256 can tell whether the rest fits to them. */
async function rangeHeaders(
  { store, partial }: Transfer,
  { url, sha256 }: RemoteFile,
  start: number,
): Promise<Record<string, string>> {
  if (start === 0) return {};
  const range = `bytes=${start}-`;
  const etag = (await stored(store, partial.readNote()))?.responseEtag;
  if (etag !== undefined && mayAskForTag(url)) return { range, "if-range": etag };
  return sha256 === undefined ? {} : { range };
}

/** A browser would ask another origin for leave to send If-Range, and the hosts of large files know no such question. */
function mayAskForTag(url: string): boolean {
  return isNode() || new URL(url).origin === (globalThis as { readonly origin?: string }).origin;
}

/** Where the answer's bytes belong: a server may send everything although a part was asked for. */
async function expectRange(transfer: Transfer, response: Response, start: number): Promise<number> {
  const { store, partial } = transfer;
  const range = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
  if (response.status === 206 && Number(range) === start) return start;
  await stored(store, partial.clear());
  if (transfer.digest) transfer.digest = store.createDigest();
  if (response.status === 200) return 0;
  throw new PassingFailure(`${response.url}: expected bytes from ${start} on, got ${range}`);
}

async function noteResponse(
  { store, partial }: Transfer,
  remote: RemoteFile,
  response: Response,
): Promise<void> {
  if (remote.etag === undefined) return;
  const etag = response.headers.get("etag") ?? undefined;
  const responseEtag = etag?.startsWith('"') ? etag : undefined;
  await stored(store, partial.writeNote({ etag: remote.etag, responseEtag }));
}

function expectLength({ url, byteLength }: RemoteFile, got: number): void {
  if (byteLength === undefined || got === byteLength) return;
  throw new PassingFailure(`${url}: expected ${byteLength} bytes, got ${got}`);
}

/** Bytes that do not have the promised checksum are dropped; when some were left from earlier, they are to blame. */
async function expectChecksum(
  { store, partial, digest }: Transfer,
  { url, sha256 }: RemoteFile,
  resumed: boolean,
): Promise<void> {
  const got = digest?.hex();
  if (got === sha256) return;
  await stored(store, partial.clear());
  const message = `${url}: expected SHA-256 ${sha256}, got ${got}`;
  throw resumed ? new PassingFailure(message) : new ModelError("checksum", message);
}
