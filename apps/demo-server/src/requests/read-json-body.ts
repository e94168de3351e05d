import { ApiError } from "../api-error.ts";

/**
 * The JSON value of a request's body.
 * @throws ApiError "unsupported_media_type", "request_too_large", "invalid_json".
 */
export async function readJsonBody(request: Request, maxBytes: number): Promise<unknown> {
  expectJsonType(request.headers.get("content-type"));
  const bytes = await readBytes(request, maxBytes);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ApiError("invalid_json", `The body is not JSON in UTF-8: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

function expectJsonType(contentType: string | null): void {
  const type = contentType?.split(";")[0]?.trim().toLowerCase();
  if (type === "application/json") return;
  throw new ApiError(
    "unsupported_media_type",
    `content-type: expected application/json, got ${contentType ?? "none"}.`,
  );
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length")) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function tooLarge(maxBytes: number): ApiError {
  return new ApiError(
    "request_too_large",
    `The body is longer than ${maxBytes.toLocaleString("en")} bytes.`,
    { headers: { connection: "close" } },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
