/** What went wrong with a request; stable, for programs: the `code` of OpenAI's error object. */
export type ApiErrorCode =
  | "client_gone"
  | "context_length_exceeded"
  | "forbidden_host"
  | "forbidden_origin"
  | "internal_error"
  | "invalid_api_key"
  | "invalid_json"
  | "invalid_request"
  | "invalid_value"
  | "method_not_allowed"
  | "missing_required_parameter"
  | "model_loading"
  | "model_not_found"
  | "not_found"
  | "out_of_memory"
  | "queue_full"
  | "request_too_large"
  | "shutting_down"
  | "unknown_parameter"
  | "unsupported_media_type"
  | "unsupported_parameter";

/** How each code travels: HTTP status, OpenAI's `type`, and whether the same request may succeed later. */
const answers: Readonly<
  Record<ApiErrorCode, { readonly status: number; readonly type: string; readonly retry: boolean }>
> = {
  // Nobody reads this one; 499 is what nginx writes into its log then.
  client_gone: { status: 499, type: "invalid_request_error", retry: false },
  context_length_exceeded: { status: 400, type: "invalid_request_error", retry: false },
  forbidden_host: { status: 403, type: "permission_error", retry: false },
  forbidden_origin: { status: 403, type: "permission_error", retry: false },
  internal_error: { status: 500, type: "server_error", retry: false },
  invalid_api_key: { status: 401, type: "authentication_error", retry: false },
  invalid_json: { status: 400, type: "invalid_request_error", retry: false },
  invalid_request: { status: 400, type: "invalid_request_error", retry: false },
  invalid_value: { status: 400, type: "invalid_request_error", retry: false },
  method_not_allowed: { status: 405, type: "invalid_request_error", retry: false },
  missing_required_parameter: { status: 400, type: "invalid_request_error", retry: false },
  model_loading: { status: 503, type: "server_error", retry: true },
  model_not_found: { status: 404, type: "invalid_request_error", retry: false },
  not_found: { status: 404, type: "invalid_request_error", retry: false },
  out_of_memory: { status: 503, type: "server_error", retry: true },
  queue_full: { status: 429, type: "rate_limit_error", retry: true },
  request_too_large: { status: 413, type: "invalid_request_error", retry: false },
  shutting_down: { status: 503, type: "server_error", retry: true },
  unknown_parameter: { status: 400, type: "invalid_request_error", retry: false },
  unsupported_media_type: { status: 415, type: "invalid_request_error", retry: false },
  unsupported_parameter: { status: 400, type: "invalid_request_error", retry: false },
};

interface ApiErrorDetails extends ErrorOptions {
  /** The field of the request body at fault, for example "messages[0].content". */
  readonly param?: string | undefined;
  /** Seconds until another try makes sense. */
  readonly retryAfterSeconds?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** OpenAI's error object, as it travels in a body or as a stream's last event. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: ApiErrorCode;
  };
}

/** An answer that is an error: `message` says where, what was expected, what came and the way out. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ApiErrorCode;
  readonly param: string | undefined;
  readonly #details: ApiErrorDetails;

  constructor(code: ApiErrorCode, message: string, details: ApiErrorDetails = {}) {
    super(message, details);
    this.code = code;
    this.param = details.param;
    this.#details = details;
  }

  get status(): number {
    return answers[this.code].status;
  }

  body(): ErrorBody {
    const { type } = answers[this.code];
    return {
      error: { message: this.message, type, param: this.param ?? null, code: this.code },
    };
  }

  /** The clients of OpenAI's API retry some statuses by themselves: `x-should-retry` tells them when that is futile. */
  response(): Response {
    const headers = new Headers({ "content-type": "application/json", ...this.#details.headers });
    if (!answers[this.code].retry) headers.set("x-should-retry", "false");
    const { retryAfterSeconds } = this.#details;
    if (retryAfterSeconds !== undefined) headers.set("retry-after", String(retryAfterSeconds));
    return new Response(JSON.stringify(this.body()), { status: this.status, headers });
  }
}
