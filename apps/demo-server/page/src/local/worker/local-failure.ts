import { ModelError, type ModelErrorCode } from "@sift-attention/model-runtime";
import { ApiError } from "../../../../src/api-error.ts";
import type { Failure } from "../../api/failure.ts";

const TITLES: Partial<Record<ModelErrorCode, string>> = {
  "bad-option": "This cannot be run",
  checksum: "The download is damaged",
  "context-overflow": "The prompt does not fit the context",
  "device-lost": "The GPU was lost",
  download: "The download failed",
  "missing-file": "There is no such model",
  "no-chat-template": "This model does not chat",
  "out-of-memory": "The model does not fit in memory",
  quota: "The browser has too little room",
  "unsupported-architecture": "This model is not supported",
  "unsupported-format": "This model is not supported",
};

/** What went wrong in the worker, in words for the person at the page. */
export function describeLocally(error: unknown): Failure {
  if (error instanceof ApiError) {
    const isFull = error.code === "context_length_exceeded";
    return {
      kind: isFull ? "context-full" : "local",
      title: isFull ? "The prompt does not fit the context" : "This cannot be run",
      detail: error.message,
    };
  }
  const code = error instanceof ModelError ? error.code : undefined;
  const title = (code && TITLES[code]) ?? "The model failed in this browser";
  const detail = error instanceof Error ? error.message : String(error);
  return { kind: code === "context-overflow" ? "context-full" : "local", title, detail };
}
