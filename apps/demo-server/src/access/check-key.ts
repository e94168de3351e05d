import { createHash, timingSafeEqual } from "node:crypto";
import { ApiError } from "../api-error.ts";

/** @throws ApiError "invalid_api_key" unless the header is "Bearer " and the key. Takes the same time for every wrong key. */
export function checkKey(authorization: string | undefined, apiKey: string): void {
  const given = /^Bearer +(.+)$/i.exec(authorization ?? "")?.[1];
  if (given !== undefined && timingSafeEqual(digest(given), digest(apiKey))) return;
  const got = given === undefined ? "no key" : "another key";
  throw new ApiError(
    "invalid_api_key",
    `authorization: expected "Bearer" and the key that the server was started with, got ${got}.`,
    { headers: { "www-authenticate": "Bearer" } },
  );
}

/** Digests have one length, whatever was sent. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
