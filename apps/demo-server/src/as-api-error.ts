import { ModelError, type ModelErrorCode } from "@sift-attention/model-runtime";
import { ApiError, type ApiErrorCode } from "./api-error.ts";

/** The model's refusals that are the request's fault or that may pass; all others are the server's own failure. */
const answered: Partial<Record<ModelErrorCode, ApiErrorCode>> = {
  "bad-chat": "invalid_value",
  "bad-option": "invalid_value",
  "context-overflow": "context_length_exceeded",
  "no-chat-template": "invalid_request",
  "out-of-memory": "out_of_memory",
};

/** The answer to whatever was thrown while a request was served. A failure of the server itself keeps its text off the wire. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const code = error instanceof ModelError ? answered[error.code] : undefined;
  if (error instanceof ModelError && code !== undefined) {
    const param = error.code === "bad-chat" ? "messages" : undefined;
    return new ApiError(code, error.message, { cause: error, param });
  }
  return new ApiError("internal_error", "The server failed while it worked on this request.", {
    cause: error,
  });
}
