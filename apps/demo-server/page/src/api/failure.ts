/** Why a run could not start or go on, in words for the person at the page. */
export interface Failure {
  readonly kind:
    | "unreachable"
    | "loading"
    | "refused"
    | "busy"
    | "unauthorised"
    | "context-full"
    | "server"
    /** Of a model in this browser. */
    | "local";
  readonly title: string;
  readonly detail: string;
  /** Settings field that the server named. */
  readonly param?: string;
}

/** A request that ended with a failure the page can show. */
export class RequestFailed extends Error {
  override readonly name = "RequestFailed";
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`${failure.title}: ${failure.detail}`);
    this.failure = failure;
  }
}

/** The failure of a fetch that got no answer, or whose answer broke off. */
export function unreachable(): Failure {
  return {
    kind: "unreachable",
    title: "The server does not answer",
    detail: "It may have been stopped. Start it with npm start; this page notices when it is back.",
  };
}

/** Reads an OpenAI error body; falls back to the status line where there is none. */
export async function failureOf(response: Response): Promise<Failure> {
  const body: unknown = await response.json().catch(() => undefined);
  return describeError(response.status, body, response.headers.get("retry-after"));
}

/** The failure that an HTTP status and an OpenAI error object `{ error: { message, param, code } }` stand for. */
export function describeError(
  status: number,
  body: unknown,
  retryAfter: string | null = null,
): Failure {
  const error = errorObject(body);
  const detail = textOf(error.message) || `The server answered with status ${status}.`;
  const param = textOf(error.param);
  const named = param === "" ? {} : { param };
  if (status === 429) {
    const wait = retryAfter ? ` Try again in ${retryAfter} s.` : " Try again in a moment.";
    return { kind: "busy", title: "The server is busy", detail: detail + wait };
  }
  if (status === 401) {
    return { kind: "unauthorised", title: "The server asks for its API key", detail };
  }
  if (error.code === "model_loading") {
    return { kind: "loading", title: "The model is being loaded", detail };
  }
  if (textOf(error.code).includes("context")) {
    return { kind: "context-full", title: "The prompt does not fit the context", detail, ...named };
  }
  if (status >= 500 || status === 0) {
    return { kind: "server", title: "The server failed", detail, ...named };
  }
  return { kind: "refused", title: "The server refused the request", detail, ...named };
}

function errorObject(body: unknown): Record<string, unknown> {
  if (typeof body !== "object" || body === null || !("error" in body)) return {};
  const { error } = body;
  return typeof error === "object" && error !== null ? { ...error } : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
