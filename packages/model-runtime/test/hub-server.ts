import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One file of the played repository. */
export interface ServedFile {
  content: Uint8Array;
  /** Large files are redirected to another path and carry a SHA-256. */
  readonly large?: boolean;
  /** Instead of the content's own SHA-256 or ETag. */
  etag?: string;
}

/** A server that answers as the Hub does, and misbehaves on demand. */
export interface HubServer {
  readonly endpoint: string;
  readonly files: Map<string, ServedFile>;
  /** Every request as "METHOD file", with " bytes=…" where a range was asked for. */
  readonly log: string[];
  /** What the next GETs of content do, in order: drop after so many bytes, stall, answer a status, or nothing bad. */
  readonly faults: Fault[];
  /** Answers everything in full. */
  ignoresRange: boolean;
  /** Tells sizes and checksums in the list of files when asked. */
  listsContents: boolean;
  /** To be told what the client has received, so that connections drop neither earlier nor later. */
  received(file: string, bytesDone: number): void;
  /** Connections that are to drop. */
  readonly doomed: Doomed[];
  /** Answers with a page where there is no file, as servers of single-page applications do. */
  missing: { readonly contentType: string } | undefined;
  /** What the revision names. */
  commit: string;
  /** A bearer token that is asked for. */
  token: string | undefined;
  close(): Promise<void>;
}

interface Doomed {
  readonly file: string;
  /** Bytes of the file that the client is to have first. */
  readonly position: number;
  readonly drop: () => void;
}

export type Fault =
  | { readonly dropAfter: number; readonly before?: () => void }
  | { readonly stallAfter: number }
  | { readonly status: number; readonly retryAfter?: string }
  /** Other bytes under the same tag. */
  | { readonly content: Uint8Array }
  | "none";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

export async function startHubServer(
  repository: string,
  files: Record<string, ServedFile>,
): Promise<HubServer> {
  const server = createServer((request, response) => answer(hub, repository, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const hub: HubServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files: new Map(Object.entries(files)),
    log: [],
    faults: [],
    ignoresRange: false,
    listsContents: false,
    doomed: [],
    received(file, bytesDone) {
      const due = hub.doomed.filter((one) => one.file === file && one.position <= bytesDone);
      for (const one of due) {
        hub.doomed.splice(hub.doomed.indexOf(one), 1);
        one.drop();
      }
    },
    missing: undefined,
    commit: COMMIT,
    token: undefined,
    close: () => closeServer(server),
  };
  return hub;
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

function answer(
  hub: HubServer,
  repository: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  // As the Hub lets other origins read it. It grants no leave for more than simple requests.
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-expose-headers", "ETag, Content-Range, X-Linked-Size");
  const path = decodeURIComponent(new URL(request.url!, hub.endpoint).pathname);
  const range = request.headers.range ? ` ${request.headers.range}` : "";
  hub.log.push(`${request.method} ${path.split("/").slice(4).join("/")}${range}`);
  if (hub.token !== undefined && request.headers.authorization !== `Bearer ${hub.token}`) {
    response.writeHead(401).end();
  } else if (path.startsWith(`/api/models/${repository}/revision/`)) {
    const siblings = [...hub.files].map(([rfilename, file]) =>
      hub.listsContents && request.url?.endsWith("?blobs=true")
        ? { rfilename, ...describeContent(file) }
        : { rfilename },
    );
    response.end(JSON.stringify({ sha: hub.commit, siblings }));
  } else {
    answerFile(hub, path, request, response);
  }
}

/** As the Hub tells it: git's id of every file, and the SHA-256 of large ones. */
function describeContent({ content, large, etag }: ServedFile): object {
  const sha256 = createHash("sha256").update(content).digest("hex");
  const size = content.byteLength;
  const lfs = large && { lfs: { sha256: etag ?? sha256, size, pointerSize: 134 } };
  return { size, blobId: sha256.slice(0, 40), ...lfs };
}

function answerFile(
  hub: HubServer,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const [, , , kind, commit, ...rest] = path.split("/");
  const file = hub.files.get(rest.join("/"));
  if (!file || (kind !== "resolve" && kind !== "content") || commit !== hub.commit) {
    if (hub.missing) response.setHeader("content-type", hub.missing.contentType);
    response.writeHead(hub.missing ? 200 : 404).end();
    return;
  }
  const sha256 = createHash("sha256").update(file.content).digest("hex");
  const etag = `"${file.etag ?? (file.large ? sha256 : sha256.slice(0, 40))}"`;
  if (kind === "resolve" && file.large) {
    const headers = { "x-linked-etag": etag, "x-linked-size": file.content.byteLength };
    const location = path.replace("/resolve/", "/content/");
    response.writeHead(302, { ...headers, location, "x-repo-commit": hub.commit }).end();
    return;
  }
  // The host of large files has ETags of its own.
  const ownEtag = kind === "content" ? `"store-${etag.slice(1, 9)}"` : etag;
  if (request.method === "HEAD") {
    response.writeHead(200, { etag: ownEtag, "content-length": file.content.byteLength }).end();
  } else sendContent(hub, rest.join("/"), ownEtag, request, response);
}

function sendContent(
  hub: HubServer,
  name: string,
  etag: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const fault = hub.faults.shift() ?? "none";
  const { content } = fault !== "none" && "content" in fault ? fault : hub.files.get(name)!;
  if (fault !== "none" && "status" in fault) {
    response.writeHead(fault.status, { "retry-after": fault.retryAfter ?? "0" }).end();
    return;
  }
  const ifRange = request.headers["if-range"];
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1];
  const start =
    hub.ignoresRange || (ifRange !== undefined && ifRange !== etag) ? 0 : Number(asked ?? 0);
  const headers = { etag, "content-length": content.byteLength - start };
  const total = content.byteLength;
  if (start === 0) response.writeHead(200, headers);
  else
    response.writeHead(206, {
      ...headers,
      "content-range": `bytes ${start}-${total - 1}/${total}`,
    });
  if (fault === "none" || "content" in fault) response.end(content.subarray(start));
  else if ("stallAfter" in fault) response.write(content.subarray(start, start + fault.stallAfter));
  else {
    const { before, dropAfter } = fault;
    response.write(content.subarray(start, start + dropAfter));
    const drop = (): void => {
      before?.();
      request.socket.destroy();
    };
    hub.doomed.push({ file: name, position: start + dropAfter, drop });
  }
}
