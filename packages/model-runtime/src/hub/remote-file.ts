import { ModelError } from "../model-error.ts";
import { type HubConnection, requestHub } from "./hub-request.ts";
import { isNode } from "./is-node.ts";

/** What is known of a file before it is downloaded. */
export interface RemoteFile {
  readonly url: string;
  /** Changes with the content; undefined when the server names nothing that does. */
  readonly etag: string | undefined;
  readonly sha256: string | undefined;
  readonly byteLength: number | undefined;
}

const MOST_REDIRECTS = 5;

/**
 * Asks for a file's size and checksum. Large files lie on another host; the Hub's own answer, the redirect, carries
 * what belongs to the file. Browsers show no redirect: there the last answer has to do.
 * @throws PassingFailure, ModelError "missing-file", "download", "aborted".
 */
export async function describeRemoteFile(
  connection: HubConnection,
  url: string,
  redirects = 0,
): Promise<RemoteFile> {
  const redirect = isNode() ? "manual" : "follow";
  const headers = await requestHub(
    connection,
    url,
    { method: "HEAD", redirect },
    async (response) => response.headers,
  );
  const location = headers.get("location");
  if (location === null || headers.has("x-linked-etag")) return readHeaders(url, headers);
  if (redirects >= MOST_REDIRECTS) throw new ModelError("download", `${url}: too many redirects`);
  return describeRemoteFile(connection, new URL(location, url).href, redirects + 1);
}

function readHeaders(url: string, headers: Headers): RemoteFile {
  // Servers of single-page applications answer with their page where there is nothing.
  if (headers.get("content-type")?.startsWith("text/html")) {
    throw new ModelError("missing-file", `${url}: expected a model's file, got a page`);
  }
  const tag = headers.get("x-linked-etag") ?? headers.get("etag");
  const etag = tag?.replace(/^W\//, "").replaceAll('"', "").toLowerCase();
  const size = headers.get("x-linked-size") ?? headers.get("content-length");
  const byteLength = size !== null && /^\d+$/.test(size) ? Number(size) : undefined;
  return {
    url,
    etag: etag ?? headers.get("last-modified") ?? undefined,
    sha256: etag !== undefined && /^[0-9a-f]{64}$/.test(etag) ? etag : undefined,
    byteLength: isCompressed(url, headers) ? undefined : byteLength,
  };
}

/** The length of a compressed answer is not the file's. Across origins a browser does not say which ones are. */
function isCompressed(url: string, headers: Headers): boolean {
  return headers.has("content-encoding") || (!isNode() && /\.(json|jinja)$/.test(url));
}
