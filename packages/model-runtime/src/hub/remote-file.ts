import { ModelError } from "../model-error.ts";
import { type HubConnection, requestHub } from "./hub-request.ts";

/** What the Hub says of a file before it is downloaded. */
export interface RemoteFile {
  readonly url: string;
  /** Changes with the content; undefined when the server names none. */
  readonly etag: string | undefined;
  readonly sha256: string | undefined;
  readonly byteLength: number | undefined;
}

const MOST_REDIRECTS = 5;

/**
 * Asks for a file's size and checksum. Large files lie on another host; the Hub's own answer, the redirect, carries
 * what belongs to the file.
 * @throws PassingFailure, ModelError "missing-file", "download", "aborted".
 */
export async function describeRemoteFile(
  connection: HubConnection,
  url: string,
  redirects = 0,
): Promise<RemoteFile> {
  const headers = await requestHub(
    connection,
    url,
    { method: "HEAD", redirect: "manual" },
    async (response) => response.headers,
  );
  const location = headers.get("location");
  if (location === null || headers.has("x-linked-etag")) return readHeaders(url, headers);
  if (redirects >= MOST_REDIRECTS) throw new ModelError("download", `${url}: too many redirects`);
  return describeRemoteFile(connection, new URL(location, url).href, redirects + 1);
}

function readHeaders(url: string, headers: Headers): RemoteFile {
  const etag = headers.get("x-linked-etag") ?? headers.get("etag") ?? undefined;
  const plain = etag?.replace(/^W\//, "").replaceAll('"', "").toLowerCase();
  const size = headers.get("x-linked-size") ?? headers.get("content-length");
  const byteLength = size !== null && /^\d+$/.test(size) ? Number(size) : undefined;
  const sha256 = plain !== undefined && /^[0-9a-f]{64}$/.test(plain) ? plain : undefined;
  return { url, etag: plain, sha256, byteLength };
}
