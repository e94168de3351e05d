import { ModelError } from "../model-error.ts";

/** How to reach the Hub. */
export interface HubConnection {
  /** Without a slash at the end. */
  readonly endpoint: string;
  readonly token: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** A connection that brings nothing for this long counts as dropped. */
  readonly stallMs: number;
  /** Attempts in a row that bring nothing before it gives up. */
  readonly attempts: number;
  /** Waits between attempts. */
  readonly delay: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** A failure that may pass: a dropped connection, a busy server. */
export class PassingFailure extends Error {
  /** What the server asks to wait. */
  readonly retryAfterMs: number;

  constructor(message: string, options: ErrorOptions & { readonly retryAfterMs?: number } = {}) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

export interface HubRequest {
  readonly method: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
  /** "manual" hands out redirects as they come. Default "follow". */
  readonly redirect?: "follow" | "manual";
}

/** A browser's cache would keep a second copy of the model. */
const UNCACHED = { cache: "no-store" } as const;

/**
 * Sends a request, hands the answer to `read`, and lets go of the connection afterwards. `alive` is to be called
 * whenever something arrives.
 * @throws PassingFailure, ModelError "missing-file" for 404, "download" for any other refusal, "aborted".
 */
export async function requestHub<T>(
  connection: HubConnection,
  url: string,
  request: HubRequest,
  read: (response: Response, alive: () => void) => Promise<T>,
): Promise<T> {
  const { signal, stallMs, token, endpoint } = connection;
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal?.reason);
  let timer = setTimeout(stop, stallMs);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(stop, stallMs);
  };
  signal?.addEventListener("abort", stop);
  try {
    if (signal?.aborted) stop();
    const response = await fetch(url, {
      redirect: "follow",
      ...UNCACHED,
      ...request,
      headers: requestHeaders(request, url.startsWith(`${endpoint}/`) ? token : undefined),
      signal: controller.signal,
    });
    alive();
    if (response.status >= 400) throw refusal(url, response, token !== undefined);
    return await read(response, alive);
  } catch (error) {
    throw signal?.aborted ? aborted(error) : passing(url, error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    controller.abort();
  }
}

function requestHeaders(request: HubRequest, token: string | undefined): Record<string, string> {
  return {
    // A compressed answer would have another length, and no ranges.
    "accept-encoding": "identity",
    ...request.headers,
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
}

function refusal(url: string, response: Response, hasToken: boolean): Error {
  const { status } = response;
  if (status === 404)
    return new ModelError("missing-file", `${url}: there is no such file or model`);
  if (status === 401 || status === 403) {
    const way = hasToken
      ? "the token in HF_TOKEN has no access to it"
      : "it may need a token in HF_TOKEN";
    return new ModelError("download", `${url}: access refused (${status}): ${way}`);
  }
  // 416: the file has become shorter than what is asked for.
  if (status === 408 || status === 416 || status === 429 || status >= 500) {
    const seconds = Number(response.headers.get("retry-after") ?? 0);
    const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : 0;
    return new PassingFailure(`${url}: the server answers ${status}`, { retryAfterMs });
  }
  return new ModelError("download", `${url}: the server answers ${status}`);
}

function aborted(cause: unknown): ModelError {
  return new ModelError("aborted", "the download was aborted", { cause });
}

/** fetch throws a TypeError for a dropped connection; a stalled one is aborted here. Other errors are not its own. */
function passing(url: string, error: unknown): unknown {
  if (!(error instanceof TypeError || error instanceof DOMException)) return error;
  return new PassingFailure(`${url}: the connection failed${reason(error)}`, { cause: error });
}

/** What fetch's TypeError wraps: ENOTFOUND, ECONNREFUSED, a certificate that is not trusted. */
function reason({ cause }: Error): string {
  return cause instanceof Error && "code" in cause ? ` (${cause.code})` : "";
}
